import{a as f}from"./chunk-HFPRTBEK.mjs";import{a as w,c as h,d as b,e as x}from"./chunk-74P2IBU7.mjs";import{e as m,h as p,l as g,m as y,n as k}from"./chunk-44PZOUL3.mjs";import"./chunk-RBDTH33A.mjs";import"./chunk-MPBQGQFW.mjs";import"./chunk-42CD2P24.mjs";import"./chunk-F2RVLQMY.mjs";import"./chunk-7QSD5AH2.mjs";import{A as c,b as i,v as r,x as u}from"./chunk-BAMDFLQI.mjs";var C=`Usage: pact-hooks install [DIR] [--user] [--dry-run]

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
`,l=i.resolve(i.dirname(f(import.meta.url)),".."),$=c({usage:C,options:{user:{type:"boolean"},"dry-run":{type:"boolean"}},takes:"folder",run:N});function N(o,e){let t=o.user?y():g(e),{enabledIn:n}=k(e),a={wanted:w({...t,pluginRoot:l}),done:`added the hooks, run from ${l}`},d=m(e),s=n.length>0?[]:[a];return d&&s.unshift({wanted:d,done:"added the names of lock files, which git status then hides",make:p}),n[0]&&r(`The plugin is enabled in ${n[0]}: its hooks are not added a second time.`),o["dry-run"]?O(s):s.includes(a)&&h(a)===!1?1:(s.includes(a)&&j(),T(s))}function O(o){let e=o.map(t=>h(t));return e.every(t=>t===null)&&r("Nothing to change."),o.filter((t,n)=>e[n]).forEach(b),e.includes(!1)?1:0}function T(o){let e=o.map(t=>x(t,"install"));return e.every(t=>t?.outcome==="unchanged")?r("Nothing to change: all of it is there."):e.at(-1)?.outcome==="written"&&r("The next session of Claude Code runs them. To undo it: pact-hooks uninstall"),e.includes(null)?1:0}function j(){l.split(i.sep).includes("_npx")&&u(`the hooks run from ${l}, a folder that npx may empty. To last, install it first: npm i -g pact-hooks`)}export{$ as run};
