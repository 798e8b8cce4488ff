"""The playground: one page on which a visitor plays prospects and sees all that Doorstep does and knows of them.

Demo only.  The page calls the routes of :mod:`service.playground.api`, which reach the demo through one port
(:mod:`service.playground.ports`); :mod:`service.playground.world` implements it.
"""
