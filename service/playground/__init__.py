"""The playground: one page on which somebody plays a prospect and sees all that Doorstep does and knows.

Demo only.  The page speaks to :mod:`service.playground.api`, which sees the world through one port
(:mod:`service.playground.ports`).
"""
