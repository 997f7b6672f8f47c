"""First names that people are called by: common ones in English, none that is a word or a town."""

_NAMES = """
    james john robert michael william david richard joseph thomas christopher charles daniel
    matthew anthony steven paul andrew joshua kenneth kevin brian george timothy ronald edward
    jason jeffrey ryan jacob nicholas gary eric jonathan stephen larry justin scott brandon
    benjamin samuel gregory alexander patrick jack dennis jerry tyler aaron henry douglas peter
    adam nathan zachary walter kyle harold carl jeremy keith roger arthur terry lawrence sean
    ethan noah billy bruce bryan ralph roy eugene wayne louis dylan alan juan gabriel liam
    oliver lucas leo max oscar luke mike tom tommy bob bobby jim jimmy johnny joe joey dave
    danny chris matt tony andy josh ken kenny tim timmy ron eddie jeff nick ben benny sam sammy
    alex teddy charlie harry freddie alfie archie mary patricia jennifer linda elizabeth barbara
    susan jessica sarah karen lisa nancy betty sandra margaret ashley kimberly emily donna
    michelle carol amanda melissa deborah stephanie dorothy rebecca sharon laura cynthia amy
    kathleen angela shirley emma brenda pamela nicole anna samantha katherine christine debra
    rachel carolyn janet maria olivia heather helen catherine diane julie victoria joyce lauren
    kelly christina joan judith andrea hannah megan cheryl jacqueline martha gloria teresa sara
    frances kathryn abigail alice judy sophia julia isabella amelia mia charlotte ava evelyn
    ella chloe lily lucy sophie molly jane anne annie kate katie liz beth jenny jen becky suzie
    maggie meg mandy sally ellie millie evie
"""
FIRST_NAMES = frozenset(_NAMES.split())
