// Pipecat's protobuf frames, the few fields a caller needs (pipecat/frames/frames.proto):
// Frame { audio = 2 { audio = 3 bytes, sample_rate = 4, num_channels = 5 }, message = 4 { data = 1 }, interruption = 5 }

const LENGTH = 2; // the wire type of bytes, strings and nested messages
const text = { encode: new TextEncoder(), decode: new TextDecoder() };

function varint(value) {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return [...bytes, value];
}

function field(number, payload) {
  const head = [(number << 3) | LENGTH, ...varint(payload.length)];
  const out = new Uint8Array(head.length + payload.length);
  out.set(head);
  out.set(payload, head.length);
  return out;
}

function joined(...parts) {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) { out.set(part, at); at += part.length; }
  return out;
}

/** A frame of mono 16-bit PCM (Int16Array). */
export function audioFrame(pcm, hz) {
  const bytes = new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength);
  const format = Uint8Array.from([4 << 3, ...varint(hz), 5 << 3, 1]);
  return field(2, joined(field(3, bytes), format));
}

/** A frame that carries an RTVI message (a plain object). */
export function messageFrame(message) {
  return field(4, field(1, text.encode.encode(JSON.stringify(message))));
}

function* fields(bytes) {
  let at = 0;
  const read = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const key = read();
    const size = read();
    if ((key & 7) !== LENGTH) { yield [key >> 3, size]; continue; }
    yield [key >> 3, bytes.subarray(at, at + size)];
    at += size;
  }
}

/** { audio: Int16Array, hz } | { message } | { interruption: true } | {} for any other frame. */
export function decode(buffer) {
  for (const [number, payload] of fields(new Uint8Array(buffer))) {
    const inner = Object.fromEntries(fields(payload));
    if (number === 2) return { audio: new Int16Array(inner[3].slice().buffer), hz: inner[4] };
    if (number === 4) return { message: JSON.parse(text.decode.decode(inner[1])) };
    if (number === 5) return { interruption: true };
  }
  return {};
}
