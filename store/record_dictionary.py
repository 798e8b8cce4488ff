"""The dictionary by which records are compressed.

Part of the layout: with a changed byte, no record could be read.  Another dictionary would be a second one, with a type
of its own in :mod:`store.packed_records`.  It holds what stands in most records as MessagePack writes it: three made-up
people (in a conversation, before the confirmation, after it), and the words for states; none of a workspace.  Before
them stand statistics of bytes and lengths (RFC 8878, 5), as ``ZDICT_finalizeDictionary`` of libzstd made them from some
hundred records, so that no record has to carry them.
"""

from base64 import b85decode

RECORD_DICTIONARY = b85decode(
    "H>5D^0RR91O%RAx+Z+G@001D4DiZ+JkP6hH<1qq>T-1?*a$&;+z?A6mJxHWOqNZ*_NG6eG0b6!ovL#8DY|HM5U9Q|x<dz~&fC>-+mkp?w-2uY@0AxH"
    "gEKaN@000EQipY$~i-J(7=NtpE2><{9009610000000000005NAghWF^kvKdc1c9NUKr|4;g3(B38~^|S0RR911ONa42mk;8V{B<-Yh`3&b#!!ZZg6"
    "2|Wn^VzY-w&~WOr$FXk>C>cWz>Db#7y2WMpY`Z+C8GWNmMDWn^`3aB^>UWo~9^ZfSF9Wn^b>VQg$=W^{6OZf<FAXL4m`b#rB8a%E;^a&lp8Z*X*JZf"
    "#*{Y-4C)bYgFGXmDk6b8l{DY;SjTWnpdH05<`WuQ4z%FfcGMFfcGMFfcGMus1L;FfcGMFfcGMFfcGMFxLNT4w|6W|7#AKp`v7Elc1$!WnV-^twnWmZ"
    "*XNVLS=GnX>Nd!lc1wPL{p%gprD}E|7#AKp#Xr8*8gh`nxX*K|7#AKqmYo+|7#AKq{700fPjF2kdOeN1CW5gfT(b9b97>1V{4$G*8gh`nxUY;*8gh`"
    "nxK%vkidX|*8gh`nx%liz<|Jjz`&5ez`)!9Hvy8bF)%PNFfcGMFfcGMFfcH%H!v_TFfcGMFfcGMFfcGM*8gh`nxNMIYYv*BqGfKAprvJQUq?czMRa2"
    "?M@>{MF@TVhprD|fprD}E|7#AKp#Xr8zyQFJm7t)Yk)V)}*8gh`nxVqNfv`bAK|w)5K|w)5K|w)5K|z(QKxKGgZE$R5E@N+Pr*LI%WNB_^punJkut7"
    "mVK|w)5K|w)5K|w)5L6(uApw|Cu4w|9X|7#AKq5#5ypqQp%XL4m_WT2vDZr1;64w|8`K|w)5K|w)5K|w)5K|w)5z`&4zfRWb!YYv*BkOH6tkbuB|r)"
    "_0(b75y?prF?OYYv*DpupDuYYv*Akiw9_fPmKjYYv*GfWW|jz<|KOkifve+yFNLlCLo^FfcGMFfcGMFfcGMFt9f;FfcGMFfcGMFfcGMFfi8tYYv*A*"
    "8gh`nxUd)Zj+#;Wo}<pQ?Nm8WpZg_VJ}W)cVAg=a%+H*pp&4WpupDuYYv*B!oq>DK|w)5K|w)5K|w)5K|w)5m8w8zZDDC_E@N+Prf_m^c4cm)V{c?-"
    "*8gh`nxUY8fuNYFV{dL|X>x64WT2vDZr1;64w|5_K|w)5K|w)5K|w)5K|w)5*8gh`nxVjufuP&~6#<~2*8gh`nxWSJYYv*But7mVK|w)5K|w)5K|w)"
    "5L8o$cZf<FAXV(8~4w|FDk)XhUpn$-DfPlb&0DzI!|7#AKqL2izFflSSG&MFiI5}ZrV`OD!29SWjfTwL`b8}&5WuTze|7#AKqoBan|7#AKppe3n*8g"
    "h`nxxkMYYv*Fz<_|(|7#AKrhve}fWUyjz>vVezy"
)
