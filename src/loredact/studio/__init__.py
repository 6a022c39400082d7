"""`loredact studio`: pages on which people label texts, train, compare and mask, on their own machine.

All that it keeps is `studio.sqlite` and `runs/`, with the adapters, in one folder that can be handed on.
"""
