"""The look of the report: light, quiet, one column, and the same on paper."""

from __future__ import annotations

from typing import Final

from capture_app.session.report.html import Html

INK: Final = "#1c2733"
SOFT_INK: Final = "#5a6775"
LINE: Final = "#d5dce3"
PALE: Final = "#f3f6f8"
ACCENT: Final = "#1f6f8b"
GOOD: Final = "#1b7f4b"
ATTENTION: Final = "#a85f00"
BAD: Final = "#b3261e"
LEFT_EYE: Final = "#1f5fbf"
RIGHT_EYE: Final = "#c2410c"
BOTH_EYES: Final = "#3f4a56"
LEVEL_COLOURS: Final = {"good": GOOD, "attention": ATTENTION, "bad": BAD}
LOSS_COLOURS: Final = {
    "blink_like": "#8fb8de", "one_eye": "#e0a93b", "both_eyes": "#b3261e", "stalled": "#4a2c6b",
    "off_screen": "#9aa5b1",
}  # fmt: skip

STYLE: Final = Html(
    f"""
:root {{ color-scheme: light; }}
* {{ box-sizing: border-box; }}
body {{ margin: 0; background: #fff; color: {INK}; font: 15px/1.5 system-ui, "Segoe UI", "Noto Sans",
  "Liberation Sans", Arial, sans-serif; font-variant-numeric: tabular-nums; }}
main {{ max-width: 1080px; margin: 0 auto; padding: 32px 28px 64px; }}
h1 {{ font-size: 28px; line-height: 1.2; margin: 0 0 4px; }}
h2 {{ font-size: 20px; margin: 44px 0 10px; padding-top: 14px; border-top: 2px solid {INK}; }}
h3 {{ font-size: 16px; margin: 24px 0 6px; }}
p {{ max-width: 76ch; margin: 6px 0 10px; }}
a {{ color: {ACCENT}; }}
.lead {{ color: {SOFT_INK}; font-size: 16px; margin: 0 0 18px; }}
.soft {{ color: {SOFT_INK}; }}
.flag {{ border: 2px solid {BAD}; color: {BAD}; font-weight: 700; font-size: 20px; padding: 8px 14px;
  margin: 14px 0; border-radius: 4px; }}
.warnings {{ background: #fff6e5; border-left: 4px solid {ATTENTION}; padding: 8px 14px 8px 30px;
  margin: 14px 0; }}
.warnings li {{ margin: 2px 0; }}
nav ul {{ list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 12px 0 0; }}
.facts {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(230px, 1fr)); gap: 10px 24px;
  margin: 14px 0; }}
.facts dt {{ color: {SOFT_INK}; font-size: 13px; }}
.facts dd {{ margin: 0; overflow-wrap: anywhere; }}
.numbers {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px;
  margin: 18px 0; }}
.numbers div {{ background: {PALE}; border-radius: 6px; padding: 12px 14px; }}
.numbers strong {{ display: block; font-size: 24px; line-height: 1.2; }}
.numbers span {{ color: {SOFT_INK}; font-size: 13px; }}
.scroll {{ overflow-x: auto; margin: 10px 0 18px; }}
table {{ border-collapse: collapse; width: 100%; font-size: 13.5px; }}
caption {{ text-align: left; color: {SOFT_INK}; font-size: 13px; padding: 0 0 6px; }}
th, td {{ text-align: left; vertical-align: top; padding: 5px 10px 5px 0; border-bottom: 1px solid {LINE};
  overflow-wrap: break-word; }}
thead th {{ border-bottom: 1.5px solid {INK}; font-size: 12.5px; color: {SOFT_INK}; font-weight: 600; }}
tbody th {{ font-weight: 600; }}
.good {{ color: {GOOD}; font-weight: 600; }}
.attention {{ color: {ATTENTION}; font-weight: 600; }}
.bad {{ color: {BAD}; font-weight: 600; }}
.pair {{ display: grid; grid-template-columns: minmax(300px, 5fr) minmax(300px, 6fr); gap: 24px;
  align-items: start; }}
figure {{ margin: 8px 0 14px; }}
figure svg {{ display: block; width: 100%; height: auto; }}
figcaption {{ color: {SOFT_INK}; font-size: 13px; margin-top: 6px; max-width: 76ch; }}
.thumbnails {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(220px, 1fr)); gap: 18px 20px; }}
.thumbnails figure {{ margin: 0; }}
.thumbnails figcaption strong {{ color: {INK}; }}
.legend {{ display: flex; flex-wrap: wrap; gap: 4px 18px; font-size: 13px; color: {SOFT_INK}; margin: 4px 0;
  padding: 0; list-style: none; }}
.legend i {{ display: inline-block; width: 12px; height: 12px; margin-right: 6px; border-radius: 2px;
  vertical-align: -1px; }}
.methods {{ background: {PALE}; border-radius: 6px; padding: 14px 18px; max-width: none; user-select: all; }}
details {{ margin: 6px 0; }}
summary {{ cursor: pointer; color: {ACCENT}; }}
footer {{ margin-top: 48px; padding-top: 12px; border-top: 1px solid {LINE}; color: {SOFT_INK};
  font-size: 13px; }}
@media (max-width: 760px) {{ .pair {{ grid-template-columns: 1fr; }} main {{ padding: 20px 14px 40px; }} }}
@media print {{
  @page {{ size: A4; margin: 14mm; }}
  body {{ font-size: 10pt; }}
  main {{ max-width: none; padding: 0; }}
  nav {{ display: none; }}
  h2, h3 {{ break-after: avoid; }}
  figure, tr, .numbers, .pair {{ break-inside: avoid; }}
  .scroll {{ overflow: visible; }}
  table {{ font-size: 8.5pt; }}
  .numbers div, .methods, .warnings {{ print-color-adjust: exact; -webkit-print-color-adjust: exact; }}
  details > * {{ display: block; }}
}}
"""
)
