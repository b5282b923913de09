import{a as m}from"./chunk-HFPRTBEK.mjs";import{a as C,c as N,d as s,e as v,f as u,g as O,h as T}from"./chunk-BEMNOG6T.mjs";import{e as g,h as y,l as w,m as k,n as x}from"./chunk-LUOKU7YO.mjs";import"./chunk-XHSCRMIP.mjs";import{a as b}from"./chunk-SW36GBMC.mjs";import"./chunk-RKLWOGQU.mjs";import"./chunk-GN7JSRYU.mjs";import"./chunk-4XPUQF3V.mjs";import{b as r}from"./chunk-JUDCMWJF.mjs";import{r as p}from"./chunk-75TF4N2F.mjs";var c=`Usage: pact-hooks install [DIR] [--user] [--dry-run]

Adds the hooks to the .claude/settings.json of the project in DIR (default: the current folder), for those who do not
use Claude Code's plugin system. Every other setting stays as it is, byte for byte. To do it twice is to do it once; an
installation from another folder is replaced. In a git work tree it also adds the names of the lock files to the
repository's info/exclude, so that they never show in git status.

Where the plugin system has enabled the plugin, only the latter is done: its hooks are there already.

Options:
  --user       the user's own settings, for all projects, instead of the project's
  --dry-run    show what would change, and change nothing
  -h, --help   this text

Exit code: 0 done or nothing to do, 1 something was left alone (it says what, and why), 2 wrong usage.

Examples:
  pact-hooks install
  pact-hooks install ~/my-project --dry-run
  pact-hooks install --user
`,i=r.resolve(r.dirname(m(import.meta.url)),"..");function W(o){let t={user:{type:"boolean"},"dry-run":{type:"boolean"},help:{type:"boolean",short:"h"}},{values:e,positionals:l}=p({args:o,allowPositionals:!0,options:t},c);if(e.help)return b(c),0;let h=N(l,"install",c),j=e.user?k():w(h),{enabledIn:d}=x(h),a={wanted:C({...j,pluginRoot:i}),done:`added the hooks, run from ${i}`},f=g(h),n=d.length>0?[]:[a];return f&&n.unshift({wanted:f,done:"added the names of lock files, which git status then hides",make:y}),d[0]&&s(`The plugin is enabled in ${d[0]}: its hooks are not added a second time.`),e["dry-run"]?A(n):n.includes(a)&&u(a)===!1?1:(n.includes(a)&&I(),E(n))}function A(o){let t=o.map(e=>u(e));return t.every(e=>e===null)&&s("Nothing to change."),o.filter((e,l)=>t[l]).forEach(O),t.includes(!1)?1:0}function E(o){let t=o.map(e=>T(e,"install"));return t.every(e=>e?.outcome==="unchanged")?s("Nothing to change: all of it is there."):t.at(-1)?.outcome==="written"&&s("The next session of Claude Code runs them. To undo it: pact-hooks uninstall"),t.includes(null)?1:0}function I(){i.split(r.sep).includes("_npx")&&v(`the hooks run from ${i}, a folder that npx may empty. To last, install it first: npm i -g pact-hooks`)}export{W as runInstall};
