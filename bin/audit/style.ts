/** The style sheet of the audit's page. The page's policy holds its hash, so its element must contain nothing else. */
export const AUDIT_STYLE = `
:root {
  color-scheme: light dark;
  --page: #ffffff; --card: #f5f6f7; --line: #d9dce0; --text: #1b1f24; --muted: #59636e;
  --locked: #3b6fb0; --failed: #c9401f; --warning: #8a5a00;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171a; --card: #1e2226; --line: #363c43; --text: #e6e9ec; --muted: #9aa4ae;
    --locked: #6ea8e8; --failed: #ff8a66; --warning: #e3b341;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem 3rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .4rem; }
h1.bad { color: var(--failed); }
h2 { font-size: 1.05rem; margin: 2.2rem 0 .5rem; }
p { margin: .2rem 0; overflow-wrap: anywhere; }
.kicker { font-size: .8rem; letter-spacing: .08em; text-transform: uppercase; color: var(--muted); }
.muted, .legend, footer { color: var(--muted); }
.warning { color: var(--warning); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(15rem, 45%), 1fr)); gap: .75rem; margin: 1.5rem 0 0; }
.tiles div { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .7rem .9rem; }
dt { color: var(--muted); font-size: .85rem; }
dd { margin: 0; font-size: 1.5rem; font-variant-numeric: tabular-nums; }
dd.muted { font-size: .85rem; overflow-wrap: anywhere; }
.terms { font-size: .85rem; margin-top: .9rem; }
svg { display: block; width: 100%; height: auto; }
svg.narrow { display: none; }
.grid { stroke: var(--line); }
.tick { fill: var(--muted); font-size: 11px; }
rect.locked { fill: var(--locked); }
rect.failed { fill: var(--failed); }
rect.target { fill: transparent; }
g:hover rect.target { fill: var(--line); fill-opacity: .5; }
.key { display: inline-block; width: .8em; height: .8em; border-radius: 2px; margin-left: .6em; }
.key:first-child { margin-left: 0; }
.key.locked { background: var(--locked); }
.key.failed { background: var(--failed); }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: right; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid var(--line); font-variant-numeric: tabular-nums; }
td { white-space: nowrap; }
.words { text-align: left; white-space: normal; padding-left: 1.5rem; }
thead th { color: var(--muted); font-weight: 500; vertical-align: bottom; }
th:first-child { text-align: left; padding-left: 0; }
tbody th { font-weight: 400; overflow-wrap: anywhere; min-width: 9rem; }
@media (max-width: 40rem) {
  main { padding: 1.25rem 1rem 2rem; }
  svg.wide { display: none; }
  svg.narrow { display: block; }
  thead { display: none; }
  tbody tr { display: grid; grid-template-columns: repeat(3, 1fr); padding: .5rem 0; border-bottom: 1px solid var(--line); }
  tbody th, td { border: 0; padding: .1rem 0; text-align: left; white-space: normal; overflow-wrap: anywhere; }
  tbody th, .words { grid-column: 1 / -1; }
  td::before { content: attr(data-head); display: block; color: var(--muted); font-size: .75rem; }
  .words { padding-left: 0; }
  td:empty { display: none; }
}
footer { margin-top: 2.5rem; font-size: .85rem; }
@media print { .tiles div { break-inside: avoid; } tr { break-inside: avoid; } }
`;
