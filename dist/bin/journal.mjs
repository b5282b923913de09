import{a as F,b as A,d as I,g as B,i as R,j as E,p as se,q as ie,r as L,s as ae}from"./chunk-6HOYA7TN.mjs";import{a as _}from"./chunk-U2HDSWIP.mjs";import{a as p,b as j}from"./chunk-SW36GBMC.mjs";import{a as oe,b as re}from"./chunk-4XPUQF3V.mjs";import{a as d,b as v,m as N,p as S,r as $,u as ee,w as te,x,y as ne,z as T}from"./chunk-JUDCMWJF.mjs";import{d as Q,f as b,p as w,q as c,r as O}from"./chunk-75TF4N2F.mjs";var Fe=[N,oe,re];function*le(e,t,n){for(let o of _(e,n))try{let r=Re(e,o)?Je(o):void 0;r&&r.lastMs<t&&(yield r)}catch(r){n({path:o.path,message:b(r)})}}function Re(e,{path:t,slug:n,sessionId:o}){return n!==void 0&&$(o)&&t===v.join(e,n,o,N)}function Je(e){let{path:t,sessionId:n,slug:o}=e,r=v.dirname(t),{size:s,mtimeMs:i}=d.lstatSync(t),u=xe(t,i),l=d.readdirSync(r,{withFileTypes:!0}).filter(y=>y.isFile()&&Fe.includes(y.name)).map(y=>v.join(r,y.name));l.sort((y,q)=>+(y===t)-+(q===t));let g=l.reduce((y,q)=>y+d.lstatSync(q).size,0);return{sessionId:n,slug:o,dir:r,lastMs:u,files:l,bytes:g,seen:{size:s,mtimeMs:i}}}function xe(e,t){let n={badLines:0},o=Number.NEGATIVE_INFINITY;for(let s of x(e,n)){let i=F(s);Number.isNaN(i)?n.badLines++:o=Math.max(o,i)}return n.badLines===0&&Number.isFinite(o)?o:Math.max(o,t)}function de({dir:e,files:t,seen:n}){let o=d.lstatSync(v.join(e,N));if(!o.isFile()||o.size!==n.size||o.mtimeMs!==n.mtimeMs)return!1;for(let r of t)d.unlinkSync(r);return ue(e)&&ue(v.dirname(e)),!0}function ue(e){try{return d.rmdirSync(e),!0}catch(t){if(Q(t,"ENOTEMPTY","EEXIST","ENOENT"))return!1;throw t}}var M=`Usage: pact-hooks journal prune --older-than AGE [--yes]

Shows the sessions whose last event is older than AGE, and how much their journals take; with --yes removes them.
Only our own files are removed, a link is never followed, and unattributed events are kept.

Options:
  --older-than AGE   such as 90d, 12w or 24h
  --yes              remove them
  -h, --help         this text

Examples:
  pact-hooks journal prune --older-than 90d
  pact-hooks journal prune --older-than 90d --yes
`;function fe(e){let{values:t}=O({args:e,options:{"older-than":{type:"string"},yes:{type:"boolean"},help:{type:"boolean",short:"h"}}},M);if(t.help)return p(M),0;let n=t["older-than"];if(n===void 0)throw new c("prune needs --older-than",M);let o=se(n);if(!o)throw new c(`--older-than is an age such as 90d, not '${n}'`,M);return Ne(Date.now()-o,t.yes??!1)}function Ne(e,t){let[n,o,r]=[0,0,0],s=({path:u,message:l})=>{r++,j(w(`pact-hooks: ${u}: ${l}`))};for(let u of le(S(),e,s))t&&!$e(u,s)||(n++,o+=u.bytes,p(Te(u,t)));let i=`${I(n,"session")}, ${B(o)}`;return n===0?p(`Nothing is that old.
`):p(t?`Removed ${i}.
`:`Would remove ${i}. Nothing is removed without --yes.
`),r>0?1:0}function $e(e,t){try{if(de(e))return!0;t({path:e.dir,message:"kept, for somebody has just written into it"})}catch(n){t({path:e.dir,message:b(n)})}return!1}function Te({slug:e,sessionId:t,lastMs:n,bytes:o},r){let s=E(`${e}/${t}`,R(process.stdout,process.env));return`${r?"removed":"would remove"} ${s}, last event ${new Date(n).toISOString().slice(0,10)}, ${B(o)}
`}function P(e){return`${w(JSON.stringify(e))}
`}function U({v:e,type:t,ts:n,...o},r){let i=Object.entries(o).flatMap(([l,g])=>ce(l,g)).map(([l,g])=>`${T("dim",`${E(l,r)}=`)}${E(g,r)}`),u=/^(lock_|write_|bad_|hook_failed)/.test(t);return`${[T("dim",E(n,r)),T(u?"red":"bold",E(t,r)),...i].join(" ")}
`}function ce(e,t){return typeof t!="object"||t===null||Array.isArray(t)?[[e,Ae(t)]]:Object.entries(t).flatMap(([n,o])=>ce(`${e}.${n}`,o))}function Ae(e){return typeof e=="string"&&/^[^\s"'=]+$/.test(e)?e:JSON.stringify(e)}var K=`Usage: pact-hooks journal read [OPTIONS]

Prints events: session by session, the session that began first first, and each in the order of its journal.

Options:
  --type TYPE     only events of this type; may be given more than once
  --session ID    only of this session
  --project DIR   only of this project, and of those in folders below it
  --since WHEN    not before an age (12h, 7d) or a date (2026-01-31)
  --until WHEN    not after that moment, or that day
  --json          as JSON, one event a line
  -h, --help      this text

Examples:
  pact-hooks journal read --type lock_fail_open --type lock_reaped --since 7d
  pact-hooks journal read --project . --json | jq -r .type | sort | uniq -c
`;function pe(e){let{values:t}=O({args:e,options:{...ie,type:{type:"string",multiple:!0},json:{type:"boolean"},help:{type:"boolean",short:"h"}}},K);if(t.help)return p(K),0;let n=A({...L(t,K),types:t.type}),o=R(process.stdout,process.env),r=u=>t.json?P(u):U(u,o),s={badLines:0},i=({path:u,message:l})=>j(w(`pact-hooks: ${u} was not read: ${l}`));for(let u of Ie(S(),i))try{for(let l of x(u.path,s))if(n(l,F(l),u)&&!p(r(l)))return 0}catch(l){i({path:u.path,message:b(l)})}return s.badLines>0&&j(`pact-hooks: skipped ${I(s.badLines,"line")} that are not events`),0}function Ie(e,t){let n=[..._(e,t)].map(o=>({journal:o,first:Le(o)}));return n.sort((o,r)=>o.first<r.first?-1:o.first>r.first?1:0),n.map(({journal:o})=>o)}function Le({path:e}){try{for(let{ts:t}of x(e))return t}catch{}return""}var Me=process.getBuiltinModule("node:timers/promises");var me=Me.setTimeout;var{O_RDONLY:Pe,O_NONBLOCK:Ue,O_NOFOLLOW:De}=d.constants,Ce=64*1024,Ge=8*1024*1024,W=Buffer.alloc(0),D=class{#n;#o;#e;#r="";#t=0;#s=W;constructor(t,n){this.#n=t,this.#o=n}skipToEnd(){this.#i()&&(this.#t=d.fstatSync(this.#e).size),this.#o||this.close()}*read(){this.#i()&&(yield*this.#a(),this.#l()&&(yield*this.#a(),this.close(),this.#i()&&(yield*this.#a())),this.#o||this.close())}close(){this.#e!==void 0&&d.closeSync(this.#e),this.#e=void 0}#i(){if(this.#e!==void 0)return!0;try{this.#e=d.openSync(this.#n,Pe|Ue|De)}catch{return!1}let t=he(d.fstatSync(this.#e));return t!==this.#r&&this.#u(),this.#r=t,!0}#l(){let t=d.lstatSync(this.#n,{throwIfNoEntry:!1});return t!==void 0&&he(t)!==this.#r}#u(){this.#t=0,this.#s=W}*#a(){let t=this.#e;d.fstatSync(t).size<this.#t&&this.#u();let n=Buffer.alloc(Ce);for(;;){let o=d.readSync(t,n,0,n.length,this.#t);if(o===0)return;this.#t+=o,yield*this.#d(n.subarray(0,o))}}*#d(t){let n=Buffer.concat([this.#s,t]),o=0;for(let r=n.indexOf(`
`);r!==-1;r=n.indexOf(`
`,o)){let s=ne(n.toString("utf8",o,r));s&&(yield s),o=r+1}this.#s=n.length-o>Ge?W:Buffer.from(n.subarray(o))}};function he({dev:e,ino:t}){return`${e}:${t}`}var z=`Usage: pact-hooks journal tail [OPTIONS]

Prints events as they are written, from now on, until Ctrl-C. Journals of sessions that begin later are followed too.

Options:
  --type TYPE     only events of this type; may be given more than once
  --session ID    only of this session
  --project DIR   only of this project, and of those in folders below it
  --json          as JSON, one event a line
  -h, --help      this text

Examples:
  pact-hooks journal tail
  pact-hooks journal tail --type lock_fail_open --json
`,qe=150,Be=.05,Ke=200;async function ye(e){let{values:t}=O({args:e,options:{session:{type:"string"},project:{type:"string"},type:{type:"string",multiple:!0},json:{type:"boolean"},help:{type:"boolean",short:"h"}}},z);if(t.help)return p(z),0;let n=A({...L(t,z),types:t.type}),o=R(process.stdout,process.env),r=i=>t.json?P(i):U(i,o),s=new AbortController;return process.once("SIGINT",()=>s.abort()),await We(n,i=>p(r(i)),s.signal),0}async function We(e,t,n){let o=S(),r=new Map;for(let{path:s}of Ye(be(o)))ge(r,s).skipToEnd();for(j(w(`pact-hooks: following the journals below ${o}; Ctrl-C ends`));!n.aborted;){let s=performance.now();if(!ze(o,r,e,t))return;let i=performance.now()-s;await Ve(Math.max(qe,i/Be),n)}}function ze(e,t,n,o){let r=[];for(let s of be(e)){let i=t.get(s.path)??ge(t,s.path);try{for(let u of i.read())n(u,F(u),s)&&r.push(u)}catch{i.close()}}return r.sort((s,i)=>s.ts<i.ts?-1:s.ts>i.ts?1:0),r.every(o)}function ge(e,t){let n=new D(t,e.size<Ke);return e.set(t,n),n}function be(e){return[..._(e,()=>{})]}function Ye(e){let t=({path:n})=>d.statSync(n,{throwIfNoEntry:!1})?.mtimeMs??0;return e.map(n=>({journal:n,at:t(n)})).sort((n,o)=>o.at-n.at).map(({journal:n})=>n)}async function Ve(e,t){try{await me(e,void 0,{signal:t})}catch{}}var a={kind:"text",required:!0},m={kind:"count",required:!0},J={kind:"ms",required:!0},Ee={kind:"boolean",required:!0},C=(...e)=>({...a,words:e}),f=e=>({...e,required:!1}),G=e=>({kind:"fields",required:!1,fields:e}),k={hook:f(a),pid:m},Y={reason:a,code:f(a),errno:f(m),message:a},we={hook:a,message:a,pid:m},Oe=G({pid:m,command:f(a),held_ms:f(J),source:C("record","proc"),alive:Ee}),V={session_start:{session_id:a,project_dir:a,source:f(a),claude_md:G({path:a,target:f(a),outcome:a,rounds:m,message:f(a)}),lock:G({outcome:C("locked","fail_open","not_needed"),waited_ms:J,backend:a,reason:f(a)})},session_end:{session_id:a,project_dir:a,reason:f(a),locks:G({locked:m,fail_open:m,reaped:m,partial:f(Ee)})},lock_fail_open:{target:a,lock_path:f(a),...Y,waited_ms:J,timeout_ms:J,attempts:m,...k,holder:Oe},lock_reaped:{target:a,lock_path:f(a),reason:C("abandoned","expired"),age_ms:J,old_ino:m,new_ino:f(m),waited_ms:J,...k,holder:Oe},outside_edit:{target:a,resolution:C("reread","merged","conflict","saved","lost"),saved:f(a),...k},write_abandoned:{target:a,...Y,rounds:m,...k},write_refused:{target:a,...Y,rounds:m,...k},backup_kept:{target:a,backup:a,project_dir:f(a),...k},backup_failed:{target:a,backup:a,code:f(a),message:a,...k},bad_payload:we,hook_failed:we};function H(e){return Object.hasOwn(V,e)?V[e]:void 0}var He=/^[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)+$/,Xe=64;function je(e,t){let n=["v","type","ts"].find(r=>Object.hasOwn(t,r));if(n)return`the journal sets '${n}' itself; leave it out`;let o=H(e);if(o)return ke(e,"",t,o);if(!(He.test(e)&&e.length<=Xe))return`unknown event type '${e}'; use one of ${Object.keys(V).join(", ")}, or your own with a dot in its name, such as mytool.deployed`}function ke(e,t,n,o){let r=Object.keys(n).find(s=>!Object.hasOwn(o,s));if(r!==void 0)return`${e} has no field '${t}${r}'; its fields are ${Object.keys(o).join(", ")}`;for(let[s,i]of Object.entries(o)){let u=n[s];if(u===void 0&&i.required)return`${e} needs '${t}${s}' (${ve(i)})`;let l=u===void 0?void 0:Ze(e,t+s,u,i);if(l)return l}}function Ze(e,t,n,o){if(o.fields&&typeof n=="object"&&n!==null&&!Array.isArray(n))return ke(e,`${t}.`,n,o.fields);if(!Qe(n,o))return`${e} ${t} must be ${ve(o)}, not ${JSON.stringify(n)}`}function Qe(e,{kind:t,words:n}){switch(t){case"text":return typeof e=="string"&&(n?.includes(e)??e!=="");case"count":return Number.isInteger(e)&&e>=0;case"ms":return Number.isFinite(e);case"boolean":return typeof e=="boolean";case"fields":return!1}}function ve({kind:e,words:t}){return t?`one of ${t.join(", ")}`:{text:"non-empty text",count:"a whole number",ms:"a number of milliseconds",boolean:"true or false",fields:"an object"}[e]}var h=`Usage: pact-hooks journal write TYPE [FIELD=VALUE\u2026] [OPTIONS]

Appends an event to a session's journal. Without FIELD=VALUE its fields are a JSON object on standard input, if there
is any. TYPE is one of those in docs/journal.md, whose fields are checked, or one of your own with a dot in its name.
FIELD:=JSON gives a field a value that is not a text; those of our types are converted as they need.

Options:
  --session ID    whose journal; without it the event is unattributed
  --project DIR   the session's project (default: the current folder)
  -h, --help      this text

Examples:
  pact-hooks journal write mytool.deployed version=1.2 took:=31 --session "$CLAUDE_CODE_SESSION_ID"
  pact-hooks journal write write_abandoned target=$PWD/CLAUDE.md reason=no_space message="disk full" rounds=0 pid=$$
  echo '{"version": "1.2"}' | pact-hooks journal write mytool.deployed
`,et=1024*1024;function Se(e){let{values:t,positionals:n}=O({args:e,allowPositionals:!0,options:{session:{type:"string"},project:{type:"string"},help:{type:"boolean",short:"h"}}},h);if(t.help)return p(h),0;let[o,...r]=n;if(o===void 0)throw new c("journal write needs the type of an event",h);let s=t.session;if(s!==void 0&&!$(s))throw new c(`'${s}' is not a session id`,h);let i=ae(t.project,h)??process.cwd(),u=H(o)??{},l=r.length>0?nt(r,u):rt(),g={...tt(u,s,i),...l},y=je(o,g);if(y)throw new c(y,h);return te(ee(o,g),{sessionId:s,projectDir:i})?0:1}function tt(e,t,n){return{...e.session_id&&t!==void 0?{session_id:t}:{},...e.project_dir?{project_dir:n}:{}}}function nt(e,t){let n=e.map(s=>{let[,i="",u,l=""]=/^([A-Za-z_][A-Za-z0-9_]*)(:?)=(.*)$/s.exec(s)??[];if(i==="")throw new c(`'${s}' is not FIELD=VALUE`,h);return[i,u?X(l,`the value of ${i}`):ot(l,t[i])]}),o=n.map(([s])=>s),r=o.find((s,i)=>o.indexOf(s)!==i);if(r!==void 0)throw new c(`'${r}' is given twice`,h);return Object.fromEntries(n)}function ot(e,t){switch(t?.kind){case"count":case"ms":return/^-?\d+(\.\d+)?$/.test(e)?Number(e):e;case"boolean":return e==="true"?!0:e==="false"?!1:e;case"fields":return e.startsWith("{")?X(e,"the value"):e;default:return e}}function rt(){let e=process.stdin.isTTY?"":st();if(e.trim()==="")return{};let t=X(e,"standard input");if(typeof t!="object"||t===null||Array.isArray(t))throw new c("standard input is not a JSON object",h);return t}function st(){let e;try{e=d.readFileSync(0)}catch(t){throw new c(`standard input cannot be read: ${b(t)}`,h)}if(e.length>et)throw new c("the event is larger than 1 MB",h);return e.toString("utf8")}function X(e,t){try{return JSON.parse(e)}catch{throw new c(`${t} is not JSON`,h)}}var Z=`Usage: pact-hooks journal COMMAND [OPTIONS]

Commands:
  read    print events
  tail    print events as they are written
  write   append an event
  prune   remove the journals of old sessions

Each has a --help of its own. The events are described in docs/journal.md.

Examples:
  pact-hooks journal read --type lock_fail_open --since 7d
  pact-hooks journal tail --project .
  pact-hooks journal write mytool.deployed version=1.2 --session "$CLAUDE_CODE_SESSION_ID"
  pact-hooks journal prune --older-than 90d
`,_e={read:pe,tail:ye,write:Se,prune:fe};function jn([e,...t]){if(e==="-h"||e==="--help")return p(Z),0;if(e===void 0)throw new c("journal needs a command",Z);if(!Object.hasOwn(_e,e))throw new c(`there is no command 'journal ${e}'`,Z);return _e[e](t)}export{jn as runJournal};
