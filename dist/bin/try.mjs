import"./chunk-DZZESGCE.mjs";import{c as j}from"./chunk-PMDYS7IX.mjs";import{a as v}from"./chunk-HFPRTBEK.mjs";import"./chunk-DST7FXGF.mjs";import{o as y}from"./chunk-XHSCRMIP.mjs";import{a as E}from"./chunk-RKLWOGQU.mjs";import"./chunk-GN7JSRYU.mjs";import"./chunk-4XPUQF3V.mjs";import{a as r,b as e,o as _,q as C,x as O,z as b}from"./chunk-JUDCMWJF.mjs";import{a as g,f as k,p as S,q as m,r as x}from"./chunk-75TF4N2F.mjs";var F=process.getBuiltinModule("node:child_process");var $=F.spawnSync;var h=`Usage: pact-hooks try [DIR] [--here]

Runs the session-start hook, as Claude Code does, on a temporary copy of the CLAUDE.md of DIR (default: the current
folder; a sample if it has none), and shows what changed, what the model is told, and what the journal says.

Options:
  --here       on the real CLAUDE.md and the real journal, not on a copy
  -h, --help   this text

Examples:
  pact-hooks try
  pact-hooks try ~/my-project --here
`,M="# Sample project\n\n- Build with `make`, test with `make check`.\n- Keep functions short.\n",R=v(new URL("../hooks/sessionStart.cjs",import.meta.url)),J=3e4;function rt(t){let{values:o,positionals:n}=x({args:t,allowPositionals:!0,options:{here:{type:"boolean"},help:{type:"boolean",short:"h"}}},h);if(o.help)return process.stdout.write(h),0;if(n.length>1)throw new m("try takes one folder",h);let s=e.resolve(n[0]??".");if(!r.statSync(s,{throwIfNoEntry:!1})?.isDirectory())throw new m(`${s} is not a folder`,h);if(o.here)return U(s,_());let i=r.mkdtempSync(e.join(g.tmpdir(),"pact-hooks-try-"));try{let d=e.join(i,e.basename(s)||"project");return N(s,d),U(d,e.join(i,"config"))}finally{r.rmSync(i,{recursive:!0,force:!0})}}function N(t,o){r.mkdirSync(o);let n=e.relative(t,y(t)),s=e.join(".claude","pact-hooks.local.md");for(let i of[n,s])r.existsSync(e.join(t,i))&&(r.mkdirSync(e.dirname(e.join(o,i)),{recursive:!0}),r.copyFileSync(e.join(t,i),e.join(o,i)));r.existsSync(e.join(o,n))?a("bold",`On a copy of ${e.join(t,n)}; the file itself is not touched (--here would).`):(a("bold",`${t} has no CLAUDE.md: on a sample instead.`),r.writeFileSync(e.join(o,"CLAUDE.md"),M))}function U(t,o){let n=j(),s=y(t),i=A(s),d={session_id:n,transcript_path:e.join(o,"projects",`${n}.jsonl`),cwd:t,hook_event_name:"SessionStart",source:"startup"},I=performance.now(),c=$(process.execPath,[R],{cwd:t,input:JSON.stringify(d),encoding:"utf8",env:{...process.env,CLAUDE_PROJECT_DIR:t,CLAUDE_CONFIG_DIR:o},timeout:J}),P=performance.now()-I;l(`What changed in ${e.relative(t,s)}`);let w=A(s);w===i?a("dim","nothing"):E(i,w,e.relative(t,s));let D=T(c.stdout);c.stderr&&(l("What the hook said on standard error"),process.stdout.write(c.stderr)),l("What the journal says");let u=W(o,t,n);for(let f of u)process.stdout.write(`${S(JSON.stringify(f))}
`);u.length===0&&a("red","nothing");let p=u.find(f=>f.type==="session_start")?.lock;l("Summary");let L=p?`${p.outcome}, backend ${p.backend}, waited ${p.waited_ms} ms`:"unknown";return process.stdout.write(`lock: ${L}
hook: exit ${c.status??c.signal}, ${Math.round(P)} ms as a whole process
`),c.status===0&&D?0:1}function A(t){try{return r.readFileSync(t,"utf8")}catch{return""}}function T(t){l("What the model is told");try{let{hookSpecificOutput:o,systemMessage:n}=JSON.parse(t);return process.stdout.write(`${o?.additionalContext??"nothing"}
`),n&&(l("What the person is told"),a("yellow",n)),!0}catch(o){return a("red",`the hook's answer is not JSON (${k(o)}): ${t}`),!1}}function W(t,o,n){process.env.CLAUDE_CONFIG_DIR=t;let s=C({projectDir:o,sessionId:n});return r.existsSync(s)?[...O(s)]:[]}function l(t){process.stdout.write(`
`),a("bold",t)}function a(t,o){process.stdout.write(`${b(t,o)}
`)}export{rt as runTry};
