import{a as x,b as A,d as I,g as G,i as F,j as O,p as se,q as ie,r as L,s as ae}from"./chunk-OF7EOORP.mjs";import{a as v}from"./chunk-2JQMXKP6.mjs";import{a as p,b as _}from"./chunk-XWWTIDNE.mjs";import{g as oe,h as re}from"./chunk-GLFYLZXF.mjs";import{a as l,b as j,f as R,g as $,i as S,k as ee,l as te,m as N,n as ne,q as T}from"./chunk-AR32M352.mjs";import{c as Q,e as y,n as w,o as f,p as k}from"./chunk-SU4GU65Y.mjs";var xe=[$,oe,re];function*de(e,t,n){for(let o of v(e,n))try{let r=Fe(e,o)?Je(o):void 0;r&&r.lastMs<t&&(yield r)}catch(r){n({path:o.path,message:y(r)})}}function Fe(e,{path:t,slug:n,sessionId:o}){return n!==void 0&&R(o)&&t===j.join(e,n,o,$)}function Je(e){let{path:t,sessionId:n,slug:o}=e,r=j.dirname(t),{size:s,mtimeMs:i}=l.lstatSync(t),u=Ne(t,i),d=l.readdirSync(r,{withFileTypes:!0}).filter(g=>g.isFile()&&xe.includes(g.name)).map(g=>j.join(r,g.name));d.sort((g,B)=>+(g===t)-+(B===t));let b=d.reduce((g,B)=>g+l.lstatSync(B).size,0);return{sessionId:n,slug:o,dir:r,lastMs:u,files:d,bytes:b,seen:{size:s,mtimeMs:i}}}function Ne(e,t){let n={badLines:0},o=Number.NEGATIVE_INFINITY;for(let s of N(e,n)){let i=x(s);Number.isNaN(i)?n.badLines++:o=Math.max(o,i)}return n.badLines===0&&Number.isFinite(o)?o:Math.max(o,t)}function le({dir:e,files:t,seen:n}){let o=l.lstatSync(j.join(e,$));if(!o.isFile()||o.size!==n.size||o.mtimeMs!==n.mtimeMs)return!1;for(let r of t)l.unlinkSync(r);return ue(e)&&ue(j.dirname(e)),!0}function ue(e){try{return l.rmdirSync(e),!0}catch(t){if(Q(t,"ENOTEMPTY","EEXIST","ENOENT"))return!1;throw t}}var C=`Usage: pact-hooks journal prune --older-than AGE [--yes]

Shows the sessions whose last event is older than AGE, and how much their journals take; with --yes removes them.
Only our own files are removed, a link is never followed, and unattributed events are kept.

Options:
  --older-than AGE   such as 90d, 12w or 24h
  --yes              remove them
  -h, --help         this text

Examples:
  pact-hooks journal prune --older-than 90d
  pact-hooks journal prune --older-than 90d --yes
`;function ce(e){let{values:t}=k({args:e,options:{"older-than":{type:"string"},yes:{type:"boolean"},help:{type:"boolean",short:"h"}}},C);if(t.help)return p(C),0;let n=t["older-than"];if(n===void 0)throw new f("prune needs --older-than",C);let o=se(n);if(!o)throw new f(`--older-than is an age such as 90d, not '${n}'`,C);return Re(Date.now()-o,t.yes??!1)}function Re(e,t){let[n,o,r]=[0,0,0],s=({path:u,message:d})=>{r++,_(w(`pact-hooks: ${u}: ${d}`))};for(let u of de(S(),e,s))t&&!$e(u,s)||(n++,o+=u.bytes,p(Te(u,t)));let i=`${I(n,"session")}, ${G(o)}`;return n===0?p(`Nothing is that old.
`):p(t?`Removed ${i}.
`:`Would remove ${i}. Nothing is removed without --yes.
`),r>0?1:0}function $e(e,t){try{if(le(e))return!0;t({path:e.dir,message:"kept, for somebody has just written into it"})}catch(n){t({path:e.dir,message:y(n)})}return!1}function Te({slug:e,sessionId:t,lastMs:n,bytes:o},r){let s=O(`${e}/${t}`,F(process.stdout,process.env));return`${r?"removed":"would remove"} ${s}, last event ${new Date(n).toISOString().slice(0,10)}, ${G(o)}
`}function M(e){return`${w(JSON.stringify(e))}
`}function P({v:e,type:t,ts:n,...o},r){let i=Object.entries(o).flatMap(([d,b])=>fe(d,b)).map(([d,b])=>`${T("dim",`${O(d,r)}=`)}${O(b,r)}`),u=/^(lock_|write_|bad_|hook_failed)/.test(t);return`${[T("dim",O(n,r)),T(u?"red":"bold",O(t,r)),...i].join(" ")}
`}function fe(e,t){return typeof t!="object"||t===null||Array.isArray(t)?[[e,Ae(t)]]:Object.entries(t).flatMap(([n,o])=>fe(`${e}.${n}`,o))}function Ae(e){return typeof e=="string"&&/^[^\s"'=]+$/.test(e)?e:JSON.stringify(e)}var z=`Usage: pact-hooks journal read [OPTIONS]

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
`;function pe(e){let{values:t}=k({args:e,options:{...ie,type:{type:"string",multiple:!0},json:{type:"boolean"},help:{type:"boolean",short:"h"}}},z);if(t.help)return p(z),0;let n=A({...L(t,z),types:t.type}),o=F(process.stdout,process.env),r=u=>t.json?M(u):P(u,o),s={badLines:0},i=({path:u,message:d})=>_(w(`pact-hooks: ${u} was not read: ${d}`));for(let u of Ie(S(),i))try{for(let d of N(u.path,s))if(n(d,x(d),u)&&!p(r(d)))return 0}catch(d){i({path:u.path,message:y(d)})}return s.badLines>0&&_(`pact-hooks: skipped ${I(s.badLines,"line")} that are not events`),0}function Ie(e,t){let n=[...v(e,t)].map(o=>({journal:o,first:Le(o)}));return n.sort((o,r)=>o.first<r.first?-1:o.first>r.first?1:0),n.map(({journal:o})=>o)}function Le({path:e}){try{for(let{ts:t}of N(e))return t}catch{}return""}var Ce=process.getBuiltinModule("node:timers/promises");var me=Ce.setTimeout;var{O_RDONLY:Me,O_NONBLOCK:Pe,O_NOFOLLOW:Ue}=l.constants,De=64*1024,We=8*1024*1024,K=Buffer.alloc(0),U=class{#n;#o;#e;#r="";#t=0;#s=K;constructor(t,n){this.#n=t,this.#o=n}skipToEnd(){this.#i()&&(this.#t=l.fstatSync(this.#e).size),this.#o||this.close()}*read(){this.#i()&&(yield*this.#a(),this.#d()&&(yield*this.#a(),this.close(),this.#i()&&(yield*this.#a())),this.#o||this.close())}close(){this.#e!==void 0&&l.closeSync(this.#e),this.#e=void 0}#i(){if(this.#e!==void 0)return!0;try{this.#e=l.openSync(this.#n,Me|Pe|Ue)}catch{return!1}let t=he(l.fstatSync(this.#e));return t!==this.#r&&this.#u(),this.#r=t,!0}#d(){let t=l.lstatSync(this.#n,{throwIfNoEntry:!1});return t!==void 0&&he(t)!==this.#r}#u(){this.#t=0,this.#s=K}*#a(){let t=this.#e;l.fstatSync(t).size<this.#t&&this.#u();let n=Buffer.alloc(De);for(;;){let o=l.readSync(t,n,0,n.length,this.#t);if(o===0)return;this.#t+=o,yield*this.#l(n.subarray(0,o))}}*#l(t){let n=Buffer.concat([this.#s,t]),o=0;for(let r=n.indexOf(`
`);r!==-1;r=n.indexOf(`
`,o)){let s=ne(n.toString("utf8",o,r));s&&(yield s),o=r+1}this.#s=n.length-o>We?K:Buffer.from(n.subarray(o))}};function he({dev:e,ino:t}){return`${e}:${t}`}var Y=`Usage: pact-hooks journal tail [OPTIONS]

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
`,Be=150,Ge=.05,ze=200;async function ge(e){let{values:t}=k({args:e,options:{session:{type:"string"},project:{type:"string"},type:{type:"string",multiple:!0},json:{type:"boolean"},help:{type:"boolean",short:"h"}}},Y);if(t.help)return p(Y),0;let n=A({...L(t,Y),types:t.type}),o=F(process.stdout,process.env),r=i=>t.json?M(i):P(i,o),s=new AbortController;return process.once("SIGINT",()=>s.abort()),await Ke(n,i=>p(r(i)),s.signal),0}async function Ke(e,t,n){let o=S(),r=new Map;for(let{path:s}of qe(ye(o)))be(r,s).skipToEnd();for(_(w(`pact-hooks: following the journals below ${o}; Ctrl-C ends`));!n.aborted;){let s=performance.now();if(!Ye(o,r,e,t))return;let i=performance.now()-s;await He(Math.max(Be,i/Ge),n)}}function Ye(e,t,n,o){let r=[];for(let s of ye(e)){let i=t.get(s.path)??be(t,s.path);try{for(let u of i.read())n(u,x(u),s)&&r.push(u)}catch{i.close()}}return r.sort((s,i)=>s.ts<i.ts?-1:s.ts>i.ts?1:0),r.every(o)}function be(e,t){let n=new U(t,e.size<ze);return e.set(t,n),n}function ye(e){return[...v(e,()=>{})]}function qe(e){let t=({path:n})=>l.statSync(n,{throwIfNoEntry:!1})?.mtimeMs??0;return e.map(n=>({journal:n,at:t(n)})).sort((n,o)=>o.at-n.at).map(({journal:n})=>n)}async function He(e,t){try{await me(e,void 0,{signal:t})}catch{}}var a={kind:"text",required:!0},m={kind:"count",required:!0},J={kind:"ms",required:!0},Oe={kind:"boolean",required:!0},D=(...e)=>({...a,words:e}),c=e=>({...e,required:!1}),W=e=>({kind:"fields",required:!1,fields:e}),E={hook:c(a),pid:m},q={reason:a,code:c(a),errno:c(m),message:a},we={hook:a,message:a,pid:m},ke=W({pid:m,command:c(a),held_ms:c(J),source:D("record","proc"),alive:Oe}),H={session_start:{session_id:a,project_dir:a,source:c(a),claude_md:W({path:a,target:c(a),outcome:a,rounds:m,message:c(a)}),lock:W({outcome:D("locked","fail_open","not_needed"),waited_ms:J,backend:a,reason:c(a)})},session_end:{session_id:a,project_dir:a,reason:c(a),locks:W({locked:m,fail_open:m,reaped:m,partial:c(Oe)})},lock_fail_open:{target:a,lock_path:c(a),...q,waited_ms:J,timeout_ms:J,attempts:m,...E,holder:ke},lock_reaped:{target:a,lock_path:c(a),reason:D("abandoned","expired"),age_ms:J,old_ino:m,new_ino:c(m),waited_ms:J,...E,holder:ke},outside_edit:{target:a,resolution:D("reread","merged","conflict","saved","lost"),saved:c(a),...E},write_abandoned:{target:a,...q,rounds:m,...E},write_refused:{target:a,...q,rounds:m,...E},backup_kept:{target:a,backup:a,project_dir:c(a),...E},backup_failed:{target:a,backup:a,code:c(a),message:a,...E},bad_payload:we,hook_failed:we};function V(e){return Object.hasOwn(H,e)?H[e]:void 0}var Ve=/^[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)+$/,Xe=64;function _e(e,t){let n=["v","type","ts"].find(r=>Object.hasOwn(t,r));if(n)return`'${n}' is set by the journal`;let o=V(e);if(o)return Ee(e,"",t,o);if(!(Ve.test(e)&&e.length<=Xe))return`there is no event type '${e}': it is one of ${Object.keys(H).join(", ")}, or one of your own with a dot in its name, such as mytool.deployed`}function Ee(e,t,n,o){let r=Object.keys(n).find(s=>!Object.hasOwn(o,s));if(r!==void 0)return`${e} has no field '${t}${r}'; there are ${Object.keys(o).join(", ")}`;for(let[s,i]of Object.entries(o)){let u=n[s];if(u===void 0&&i.required)return`${e} needs '${t}${s}' (${je(i)})`;let d=u===void 0?void 0:Ze(e,t+s,u,i);if(d)return d}}function Ze(e,t,n,o){if(o.fields&&typeof n=="object"&&n!==null&&!Array.isArray(n))return Ee(e,`${t}.`,n,o.fields);if(!Qe(n,o))return`${e} ${t} must be ${je(o)}, not ${JSON.stringify(n)}`}function Qe(e,{kind:t,words:n}){switch(t){case"text":return typeof e=="string"&&(n?.includes(e)??e!=="");case"count":return Number.isInteger(e)&&e>=0;case"ms":return Number.isFinite(e);case"boolean":return typeof e=="boolean";case"fields":return!1}}function je({kind:e,words:t}){return t?`one of ${t.join(", ")}`:{text:"a text that is not empty",count:"a whole number",ms:"a number of milliseconds",boolean:"true or false",fields:"an object"}[e]}var h=`Usage: pact-hooks journal write TYPE [FIELD=VALUE\u2026] [OPTIONS]

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
`,et=1024*1024;function Se(e){let{values:t,positionals:n}=k({args:e,allowPositionals:!0,options:{session:{type:"string"},project:{type:"string"},help:{type:"boolean",short:"h"}}},h);if(t.help)return p(h),0;let[o,...r]=n;if(o===void 0)throw new f("journal write needs the type of an event",h);let s=t.session;if(s!==void 0&&!R(s))throw new f(`'${s}' is not a session id`,h);let i=ae(t.project,h)??process.cwd(),u=V(o)??{},d=r.length>0?nt(r,u):rt(),b={...tt(u,s,i),...d},g=_e(o,b);if(g)throw new f(g,h);return te(ee(o,b),{sessionId:s,projectDir:i})?0:1}function tt(e,t,n){return{...e.session_id&&t!==void 0?{session_id:t}:{},...e.project_dir?{project_dir:n}:{}}}function nt(e,t){let n=e.map(s=>{let[,i="",u,d=""]=/^([A-Za-z_][A-Za-z0-9_]*)(:?)=(.*)$/s.exec(s)??[];if(i==="")throw new f(`'${s}' is not FIELD=VALUE`,h);return[i,u?X(d,`the value of ${i}`):ot(d,t[i])]}),o=n.map(([s])=>s),r=o.find((s,i)=>o.indexOf(s)!==i);if(r!==void 0)throw new f(`'${r}' is given twice`,h);return Object.fromEntries(n)}function ot(e,t){switch(t?.kind){case"count":case"ms":return/^-?\d+(\.\d+)?$/.test(e)?Number(e):e;case"boolean":return e==="true"?!0:e==="false"?!1:e;case"fields":return e.startsWith("{")?X(e,"the value"):e;default:return e}}function rt(){let e=process.stdin.isTTY?"":st();if(e.trim()==="")return{};let t=X(e,"standard input");if(typeof t!="object"||t===null||Array.isArray(t))throw new f("standard input is not a JSON object",h);return t}function st(){let e;try{e=l.readFileSync(0)}catch(t){throw new f(`standard input cannot be read: ${y(t)}`,h)}if(e.length>et)throw new f("the event is larger than 1 MB",h);return e.toString("utf8")}function X(e,t){try{return JSON.parse(e)}catch{throw new f(`${t} is not JSON`,h)}}var Z=`Usage: pact-hooks journal COMMAND [OPTIONS]

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
`,ve={read:pe,tail:ge,write:Se,prune:ce};function On([e,...t]){if(e==="-h"||e==="--help")return p(Z),0;if(e===void 0)throw new f("journal needs a command",Z);if(!Object.hasOwn(ve,e))throw new f(`there is no command 'journal ${e}'`,Z);return ve[e](t)}export{On as runJournal};
