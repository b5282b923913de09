import{a as _,b as T,d as J,g as C,i as v,j as O,p as te,q as ne,r as A,s as oe}from"./chunk-TDG3KUJU.mjs";import{a as S}from"./chunk-GKFBIUN5.mjs";import{a as Q,b as ee}from"./chunk-F2RVLQMY.mjs";import{k as R,n as j,p as $,q as H,s as X,t as N,u as Z}from"./chunk-7QSD5AH2.mjs";import{A as b,B as V,a as l,b as k,g as W,i as y,s as Y,t as x,u as g,x as w,z as p}from"./chunk-BAMDFLQI.mjs";var ke=[R,Q,ee];function*se(e,t,n){for(let o of S(e,n))try{let r=je(e,o)?Se(o):void 0;r&&r.lastMs<t&&(yield r)}catch(r){n({path:o.path,message:y(r)})}}function je(e,{path:t,slug:n,sessionId:o}){return n!==void 0&&$(o)&&t===k.join(e,n,o,R)}function Se(e){let{path:t,sessionId:n,slug:o}=e,r=k.dirname(t),{size:s,mtimeMs:i}=l.lstatSync(t),u=_e(t,i),d=l.readdirSync(r,{withFileTypes:!0}).filter(h=>h.isFile()&&ke.includes(h.name)).map(h=>k.join(r,h.name));d.sort((h,P)=>+(h===t)-+(P===t));let c=d.reduce((h,P)=>h+l.lstatSync(P).size,0);return{sessionId:n,slug:o,dir:r,lastMs:u,files:d,bytes:c,seen:{size:s,mtimeMs:i}}}function _e(e,t){let n={badLines:0},o=Number.NEGATIVE_INFINITY;for(let s of N(e,n)){let i=_(s);Number.isNaN(i)?n.badLines++:o=Math.max(o,i)}return n.badLines===0&&Number.isFinite(o)?o:Math.max(o,t)}function ie({dir:e,files:t,seen:n}){let o=l.lstatSync(k.join(e,R));if(!o.isFile()||o.size!==n.size||o.mtimeMs!==n.mtimeMs)return!1;for(let r of t)l.unlinkSync(r);return re(e)&&re(k.dirname(e)),!0}function re(e){try{return l.rmdirSync(e),!0}catch(t){if(W(t,"ENOTEMPTY","EEXIST","ENOENT"))return!1;throw t}}var ve=`Usage: pact-hooks journal prune --older-than AGE [--yes]

Shows the sessions whose last event is older than AGE, and how much their journals take; with --yes removes them.
Only our own files are removed, a link is never followed, and unattributed events are kept.

Options:
  --older-than AGE   such as 90d, 12w or 24h
  --yes              remove them
  -h, --help         this text

Examples:
  pact-hooks journal prune --older-than 90d
  pact-hooks journal prune --older-than 90d --yes
`,ae=b({usage:ve,options:{"older-than":{type:"string"},yes:{type:"boolean"}},takes:"nothing",run({"older-than":e,yes:t=!1}){if(e===void 0)throw new p("prune needs --older-than");let n=te(e);if(!n)throw new p(`--older-than is an age such as 90d, not '${e}'`);return Fe(Date.now()-n,t)}});function Fe(e,t){let[n,o,r]=[0,0,0],s=({path:u,message:d})=>{r++,w(`${u}: ${d}`)};for(let u of se(j(),e,s))t&&!Ne(u,s)||(n++,o+=u.bytes,g(xe(u,t)));let i=`${J(n,"session")}, ${C(o)}`;return n===0?g(`Nothing is that old.
`):g(t?`Removed ${i}.
`:`Would remove ${i}. Nothing is removed without --yes.
`),r>0?1:0}function Ne(e,t){try{if(ie(e))return!0;t({path:e.dir,message:"kept, for somebody has just written into it"})}catch(n){t({path:e.dir,message:y(n)})}return!1}function xe({slug:e,sessionId:t,lastMs:n,bytes:o},r){let s=O(`${e}/${t}`,v(process.stdout,process.env));return`${r?"removed":"would remove"} ${s}, last event ${new Date(n).toISOString().slice(0,10)}, ${C(o)}
`}function I(e){return`${Y(JSON.stringify(e))}
`}function L({v:e,type:t,ts:n,...o},r){let i=Object.entries(o).flatMap(([d,c])=>ue(d,c)).map(([d,c])=>`${x("dim",`${O(d,r)}=`)}${O(c,r)}`),u=/^(lock_|write_|bad_|hook_failed)/.test(t);return`${[x("dim",O(n,r)),x(u?"red":"bold",O(t,r)),...i].join(" ")}
`}function ue(e,t){return typeof t!="object"||t===null||Array.isArray(t)?[[e,Re(t)]]:Object.entries(t).flatMap(([n,o])=>ue(`${e}.${n}`,o))}function Re(e){return typeof e=="string"&&/^[^\s"'=]+$/.test(e)?e:JSON.stringify(e)}var $e=`Usage: pact-hooks journal read [OPTIONS]

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
`,de=b({usage:$e,options:{...ne,type:{type:"string",multiple:!0},json:{type:"boolean"}},takes:"nothing",run({type:e,json:t,...n}){let o=T({...A(n),types:e}),r=v(process.stdout,process.env),s=d=>t?I(d):L(d,r),i={badLines:0},u=({path:d,message:c})=>w(`${d} was not read: ${c}`);for(let d of Te(j(),u))try{for(let c of N(d.path,i))if(o(c,_(c),d)&&!g(s(c)))return 0}catch(c){u({path:d.path,message:y(c)})}return i.badLines>0&&w(`skipped ${J(i.badLines,"line")} that are not events`),0}});function Te(e,t){let n=[...S(e,t)].map(o=>({journal:o,first:Je(o)}));return n.sort((o,r)=>o.first<r.first?-1:o.first>r.first?1:0),n.map(({journal:o})=>o)}function Je({path:e}){try{for(let{ts:t}of N(e))return t}catch{}return""}var Ae=process.getBuiltinModule("node:timers/promises");var le=Ae.setTimeout;var{O_RDONLY:Ie,O_NONBLOCK:Le,O_NOFOLLOW:Me}=l.constants,Ue=64*1024,De=8*1024*1024,G=Buffer.alloc(0),M=class{#n;#o;#e;#r="";#t=0;#s=G;constructor(t,n){this.#n=t,this.#o=n}skipToEnd(){this.#i()&&(this.#t=l.fstatSync(this.#e).size),this.#o||this.close()}*read(){this.#i()&&(yield*this.#a(),this.#d()&&(yield*this.#a(),this.close(),this.#i()&&(yield*this.#a())),this.#o||this.close())}close(){this.#e!==void 0&&l.closeSync(this.#e),this.#e=void 0}#i(){if(this.#e!==void 0)return!0;try{this.#e=l.openSync(this.#n,Ie|Le|Me)}catch{return!1}let t=fe(l.fstatSync(this.#e));return t!==this.#r&&this.#u(),this.#r=t,!0}#d(){let t=l.lstatSync(this.#n,{throwIfNoEntry:!1});return t!==void 0&&fe(t)!==this.#r}#u(){this.#t=0,this.#s=G}*#a(){let t=this.#e;l.fstatSync(t).size<this.#t&&this.#u();let n=Buffer.alloc(Ue);for(;;){let o=l.readSync(t,n,0,n.length,this.#t);if(o===0)return;this.#t+=o,yield*this.#l(n.subarray(0,o))}}*#l(t){let n=Buffer.concat([this.#s,t]),o=0;for(let r=n.indexOf(`
`);r!==-1;r=n.indexOf(`
`,o)){let s=Z(n.toString("utf8",o,r));s&&(yield s),o=r+1}this.#s=n.length-o>De?G:Buffer.from(n.subarray(o))}};function fe({dev:e,ino:t}){return`${e}:${t}`}var Pe=`Usage: pact-hooks journal tail [OPTIONS]

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
`,Ce=150,Ge=.05,qe=200,ce=b({usage:Pe,options:{session:{type:"string"},project:{type:"string"},type:{type:"string",multiple:!0},json:{type:"boolean"}},takes:"nothing",async run({type:e,json:t,...n}){let o=T({...A(n),types:e}),r=v(process.stdout,process.env),s=u=>t?I(u):L(u,r),i=new AbortController;return process.once("SIGINT",()=>i.abort()),await Be(o,u=>g(s(u)),i.signal),0}});async function Be(e,t,n){let o=j(),r=new Map;for(let{path:s}of ze(me(o)))pe(r,s).skipToEnd();for(w(`following the journals below ${o}; Ctrl-C ends`);!n.aborted;){let s=performance.now();if(!Ke(o,r,e,t))return;let i=performance.now()-s;await We(Math.max(Ce,i/Ge),n)}}function Ke(e,t,n,o){let r=[];for(let s of me(e)){let i=t.get(s.path)??pe(t,s.path);try{for(let u of i.read())n(u,_(u),s)&&r.push(u)}catch{i.close()}}return r.sort((s,i)=>s.ts<i.ts?-1:s.ts>i.ts?1:0),r.every(o)}function pe(e,t){let n=new M(t,e.size<qe);return e.set(t,n),n}function me(e){return[...S(e,()=>{})]}function ze(e){let t=({path:n})=>l.statSync(n,{throwIfNoEntry:!1})?.mtimeMs??0;return e.map(n=>({journal:n,at:t(n)})).sort((n,o)=>o.at-n.at).map(({journal:n})=>n)}async function We(e,t){try{await le(e,void 0,{signal:t})}catch{}}var a={kind:"text",required:!0},m={kind:"count",required:!0},F={kind:"ms",required:!0},ge={kind:"boolean",required:!0},U=(...e)=>({...a,words:e}),f=e=>({...e,required:!1}),D=e=>({kind:"fields",required:!1,fields:e}),E={hook:f(a),pid:m},q={reason:a,code:f(a),errno:f(m),message:a},he={hook:a,message:a,pid:m},ye=D({pid:m,command:f(a),held_ms:f(F),source:U("record","proc"),alive:ge}),B={session_start:{session_id:a,project_dir:a,source:f(a),claude_md:D({path:a,target:f(a),outcome:a,rounds:m,message:f(a)}),lock:D({outcome:U("locked","fail_open","not_needed"),waited_ms:F,backend:a,reason:f(a)})},session_end:{session_id:a,project_dir:a,reason:f(a),locks:D({locked:m,fail_open:m,reaped:m,partial:f(ge)})},lock_fail_open:{target:a,lock_path:f(a),...q,waited_ms:F,timeout_ms:F,attempts:m,...E,holder:ye},lock_reaped:{target:a,lock_path:f(a),reason:U("abandoned","expired"),age_ms:F,old_ino:m,new_ino:f(m),waited_ms:F,...E,holder:ye},outside_edit:{target:a,resolution:U("reread","merged","conflict","saved","lost"),saved:f(a),...E},write_abandoned:{target:a,...q,rounds:m,...E},write_refused:{target:a,...q,rounds:m,...E},backup_kept:{target:a,backup:a,project_dir:f(a),...E},backup_failed:{target:a,backup:a,code:f(a),message:a,...E},bad_payload:he,hook_failed:he};function K(e){return Object.hasOwn(B,e)?B[e]:void 0}var Ye=/^[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)+$/,Ve=64;function be(e,t){let n=["v","type","ts"].find(r=>Object.hasOwn(t,r));if(n)return`the journal sets '${n}' itself; leave it out`;let o=K(e);if(o)return we(e,"",t,o);if(!(Ye.test(e)&&e.length<=Ve))return`unknown event type '${e}'; use one of ${Object.keys(B).join(", ")}, or your own with a dot in its name, such as mytool.deployed`}function we(e,t,n,o){let r=Object.keys(n).find(s=>!Object.hasOwn(o,s));if(r!==void 0)return`${e} has no field '${t}${r}'; its fields are ${Object.keys(o).join(", ")}`;for(let[s,i]of Object.entries(o)){let u=n[s];if(u===void 0&&i.required)return`${e} needs '${t}${s}' (${Oe(i)})`;let d=u===void 0?void 0:He(e,t+s,u,i);if(d)return d}}function He(e,t,n,o){if(o.fields&&typeof n=="object"&&n!==null&&!Array.isArray(n))return we(e,`${t}.`,n,o.fields);if(!Xe(n,o))return`${e} ${t} must be ${Oe(o)}, not ${JSON.stringify(n)}`}function Xe(e,{kind:t,words:n}){switch(t){case"text":return typeof e=="string"&&(n?.includes(e)??e!=="");case"count":return Number.isInteger(e)&&e>=0;case"ms":return Number.isFinite(e);case"boolean":return typeof e=="boolean";case"fields":return!1}}function Oe({kind:e,words:t}){return t?`one of ${t.join(", ")}`:{text:"non-empty text",count:"a whole number",ms:"a number of milliseconds",boolean:"true or false",fields:"an object"}[e]}var Ze=`Usage: pact-hooks journal write TYPE [FIELD=VALUE\u2026] [OPTIONS]

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
`,Qe=1024*1024,Ee=b({usage:Ze,options:{session:{type:"string"},project:{type:"string"}},takes:"words",run({session:e,project:t},[n,...o]){if(n===void 0)throw new p("journal write needs the type of an event");if(e!==void 0&&!$(e))throw new p(`'${e}' is not a session id`);let r=oe(t)??process.cwd(),s=K(n)??{},i=o.length>0?tt(o,s):ot(),u={...et(s,e,r),...i},d=be(n,u);if(d)throw new p(d);return X(H(n,u),{sessionId:e,projectDir:r})?0:1}});function et(e,t,n){return{...e.session_id&&t!==void 0?{session_id:t}:{},...e.project_dir?{project_dir:n}:{}}}function tt(e,t){let n=e.map(s=>{let[,i="",u,d=""]=/^([A-Za-z_][A-Za-z0-9_]*)(:?)=(.*)$/s.exec(s)??[];if(i==="")throw new p(`'${s}' is not FIELD=VALUE`);return[i,u?z(d,`the value of ${i}`):nt(d,t[i])]}),o=n.map(([s])=>s),r=o.find((s,i)=>o.indexOf(s)!==i);if(r!==void 0)throw new p(`'${r}' is given twice`);return Object.fromEntries(n)}function nt(e,t){switch(t?.kind){case"count":case"ms":return/^-?\d+(\.\d+)?$/.test(e)?Number(e):e;case"boolean":return e==="true"?!0:e==="false"?!1:e;case"fields":return e.startsWith("{")?z(e,"the value"):e;default:return e}}function ot(){let e=process.stdin.isTTY?"":rt();if(e.trim()==="")return{};let t=z(e,"standard input");if(typeof t!="object"||t===null||Array.isArray(t))throw new p("standard input is not a JSON object");return t}function rt(){let e;try{e=l.readFileSync(0)}catch(t){throw new p(`standard input cannot be read: ${y(t)}`)}if(e.length>Qe)throw new p("the event is larger than 1 MB");return e.toString("utf8")}function z(e,t){try{return JSON.parse(e)}catch{throw new p(`${t} is not JSON`)}}var st=`Usage: pact-hooks journal COMMAND [OPTIONS]

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
`,gn=V(st,{read:de,tail:ce,write:Ee,prune:ae});export{gn as run};
