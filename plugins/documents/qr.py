"""QR codes as SVG, for screens and paper (ISO/IEC 18004), made by segno."""

from __future__ import annotations

import io

import segno


def svg(text: str, *, error: str = "m") -> str:
    """The code of a text, without a size of its own: the stylesheet gives it one. `error`: l, m, q or h, how much damage it survives."""
    picture = io.BytesIO()
    code = segno.make(text, error=error, encoding="utf-8", boost_error=False, micro=False)
    code.save(picture, kind="svg", xmldecl=False, omitsize=True, border=4, light="#fff")
    return picture.getvalue().decode()
