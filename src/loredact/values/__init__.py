"""Values as people write them: ages, dates and places, read and written again in the same form."""
