import{a as b}from"./chunk-U2HDSWIP.mjs";import{a as k}from"./chunk-RKLWOGQU.mjs";import{v as y}from"./chunk-GN7JSRYU.mjs";import"./chunk-4XPUQF3V.mjs";import{a as c,b as u,p as m,x as w,z as g}from"./chunk-JUDCMWJF.mjs";import{f as h,p as a,q as f,r as d}from"./chunk-75TF4N2F.mjs";var B=process.getBuiltinModule("node:readline/promises");var $=B.createInterface;var p=`Usage: pact-hooks restore [ID] [--project DIR] [--yes]
       pact-hooks restore --list [--project DIR]

Before a session first changes a CLAUDE.md, the file as it was is kept in the session's journal folder. This lists what
was kept, or brings one back, through the lock, after showing what would change.

  ID              from the list, or its start; default: the latest
  --list          list what was kept, latest first
  --project DIR   of this project only (default: the current folder; with --list: all)
  -y, --yes       do not ask
  -h, --help      this text

Examples:
  pact-hooks restore --list
  pact-hooks restore 3f2b8c1e
`;async function M(s){let t={list:{type:"boolean"},project:{type:"string"},yes:{type:"boolean",short:"y"},help:{type:"boolean",short:"h"}},{values:e,positionals:r}=d({args:s,allowPositionals:!0,options:t},p);if(e.help)return process.stdout.write(p),0;if(r.length>1||e.list&&r.length>0)throw new f("restore takes one ID, or --list",p);let n=e.project??(e.list||r[0]?void 0:"."),o=I(n&&u.resolve(n));if(e.list)return E(o);let i=r[0]?o.filter(({id:D})=>D.startsWith(r[0])):o.slice(0,1),[l,...j]=i;if(!l)throw new f(`nothing was kept${r[0]?` under ${r[0]}`:" for this project"}`,p);if(j.length>0)throw new f(`more than one ID starts with ${r[0]}`,p);return R(l,e.yes===!0)}function I(s){let t=[];for(let e of b(m(),()=>{})){let r=[...v(e.path)];for(let[n,o]of r.entries()){let i=x(o,n,u.basename(u.dirname(e.path)));i&&(!s||i.projectDir===s)&&t.push(i)}}return t.sort((e,r)=>e.ts<r.ts?1:-1)}function*v(s){try{for(let t of w(s))t.type==="backup_kept"&&(yield t)}catch{}}function x(s,t,e){let{ts:r,target:n,backup:o,project_dir:i}=s;return typeof n!="string"||typeof o!="string"||!c.existsSync(o)?null:{id:t===0?e:`${e}/${t+1}`,ts:r,target:n,file:o,projectDir:typeof i=="string"?i:void 0}}function E(s){s.length===0&&process.stdout.write(`Nothing was kept yet.
`);for(let{id:t,ts:e,target:r,file:n}of s){let o=c.statSync(n).size;process.stdout.write(`${g("cyan",a(t))}  ${e.slice(0,19)}Z  ${o} bytes  ${a(r)}
`)}return 0}async function R({file:s,target:t},e){let r=c.readFileSync(s,"utf8"),n=c.existsSync(t)?c.readFileSync(t,"utf8"):"";if(n===r)return process.stdout.write(`${a(t)} is as it was then.
`),0;if(k(n,r,t),!e&&!await S(`Restore ${a(t)}? [y/N] `))return process.stdout.write(`Nothing was changed.
`),1;let{outcome:o,message:i}=y(t,()=>r,{hook:"restore"});return process.stdout.write(`${a(t)}: ${o==="written"?"restored":o}
`),i&&process.stderr.write(`pact-hooks: ${a(i)}
`),o==="written"?0:1}async function S(s){if(!process.stdin.isTTY)return process.stderr.write(`pact-hooks: to restore it without being asked: --yes
`),!1;let t=$({input:process.stdin,output:process.stdout});try{return/^y(es)?$/i.test(await t.question(s))}catch(e){return process.stderr.write(`pact-hooks: ${h(e)}
`),!1}finally{t.close()}}export{M as runRestore};
