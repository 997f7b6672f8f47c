"""What stands before every way in: who may ask, how often, how slowly, and what pages may do."""
