import{a as gt,b as bt}from"./chunk-PMDYS7IX.mjs";import{a as Ot,b as kt,c as u,d as f,e as w,f as y,h as E,i as vt,j as A,k as H,l as D,m as St,n as Tt,o as Rt,q as Mt,r as Et,t as z}from"./chunk-TDG3KUJU.mjs";import{a as xt}from"./chunk-GKFBIUN5.mjs";import{f as $t,n as yt,t as wt}from"./chunk-7QSD5AH2.mjs";import{A as ht,a as R,b as M,g as ut,i as _,s as mt,t as h,u as ft,v as pt,x as S,y as J,z as Y}from"./chunk-BAMDFLQI.mjs";var zt="(others)",v=class{#t=new Map;#n;#e;constructor(e,n){this.#n=e,this.#e=n}get(e){let n=this.#t.get(e);if(n!==void 0)return n;let o=this.#t.size<this.#n?e:zt,r=this.#t.get(o)??this.#e();return this.#t.set(o,r),r}toObject(e){return Object.fromEntries([...this.#t].sort(e))}};var F=class{#t=new Map;#n=0;#e=0;add(e){if(typeof e!="number"||!(e>=0))return;let n=Math.min(e,1e9),o=n<100?Math.round(n*10)/10:Number(n.toPrecision(3));this.#t.set(o,(this.#t.get(o)??0)+1),this.#n++,this.#e=Math.max(this.#e,n)}get count(){return this.#n}get max(){return this.#n===0?null:this.#e}at(...e){let n=[...this.#t].sort(([i],[s])=>i-s),o=-1,r=0;return e.map(i=>{for(;o+1<n.length&&(o===-1||r<i*this.#n);)r+=n[++o]?.[1]??0;return o===-1?null:Math.min(n[o]?.[0]??0,this.#e)})}histogram(e){let n=new Array(e.length+1).fill(0);for(let[o,r]of this.#t){let i=e.findIndex(a=>o<=a),s=i===-1?e.length:i;n[s]=(n[s]??0)+r}return n}};var Z=[1,3,10,30,100,300,1e3,3e3,1e4],Xt="unknown",Q=1e3,Kt=4096,Gt=36525,U=class{#t=X();#n=0;#e=Number.POSITIVE_INFINITY;#s=Number.NEGATIVE_INFINITY;#a=0;#l=0;#c=0;#d=K();#u=K();#m=K();#f=new v(Q,X);#p=new v(Gt,X);#h=new v(Q,Vt);#r=new F;#i=0;startJournal(){this.#i=0}add(e,n,o=!0){let r=this.#$(e);o&&(this.#n++,this.#e=Math.min(this.#e,n),this.#s=Math.max(this.#s,n),this.#y(e,n,r))}figures(){let{acquisitions:e,failOpen:n}=this.#t,[o=null,r=null,i=null]=this.#r.at(.5,.95,.99);return{events:this.#n,firstEvent:At(this.#e),lastEvent:At(this.#s),sessionStarts:this.#a,lockNotNeeded:this.#l,...this.#t,failOpenRate:e===0?null:n/e,hookFailures:this.#c,byReason:G(this.#d),byReapReason:G(this.#u),byResolution:G(this.#m),byTarget:this.#f.toObject(([s,a],[l,c])=>c.failOpen-a.failOpen||c.acquisitions-a.acquisitions||I(s,l)),byHolder:this.#h.toObject(([s,a],[l,c])=>c.failOpen+c.reaped-a.failOpen-a.reaped||I(s,l)),byDay:this.#p.toObject(([s],[a])=>I(s,a)),waitMs:{median:o,p95:r,p99:i,max:this.#r.max},waitHistogram:this.#r.histogram(Z)}}#$({type:e}){if(e==="lock_fail_open"&&this.#i++,e!=="session_start")return!1;let n=this.#i>0;return this.#i=0,n}#y(e,n,o){switch(e.type){case"session_start":this.#w(e,n,o);break;case"lock_fail_open":this.#g(e,e.target,n);break;case"lock_reaped":this.#o("reaped",e.target,n),this.#u.get(C(e.reason)).count++,this.#b("reaped",e.holder);break;case"write_abandoned":this.#o("abandoned",e.target,n);break;case"write_refused":this.#o("refused",e.target,n);break;case"outside_edit":this.#o("outsideEdits",e.target,n),this.#m.get(C(e.resolution)).count++;break;case"bad_payload":case"hook_failed":this.#c++}}#w(e,n,o){this.#a++;let r=V(e.lock),{target:i,path:s}=V(e.claude_md),a=i??s;r.outcome==="locked"?(this.#o("acquisitions",a,n),this.#r.add(r.waited_ms)):r.outcome==="fail_open"&&!o?this.#g(r,a,n):r.outcome==="not_needed"&&this.#l++}#g({reason:e,waited_ms:n,holder:o},r,i){this.#o("acquisitions",r,i),this.#o("failOpen",r,i),this.#d.get(C(e)).count++,this.#r.add(n),(e==="timeout"||o)&&this.#b("failOpen",o)}#o(e,n,o){this.#t[e]++,this.#f.get(C(n))[e]++,this.#p.get(new Date(o).toISOString().slice(0,10))[e]++}#b(e,n){let{command:o,held_ms:r}=V(n),i=this.#h.get(C(o));i[e]++,typeof r=="number"&&(i.heldKnown++,i.longestHeldMs=Math.max(i.longestHeldMs??0,r))}};function X(){return{acquisitions:0,failOpen:0,reaped:0,abandoned:0,refused:0,outsideEdits:0}}function Vt(){return{failOpen:0,reaped:0,heldKnown:0,longestHeldMs:null}}function K(){return new v(Q,()=>({count:0}))}function G(t){let e=t.toObject(([n,o],[r,i])=>i.count-o.count||I(n,r));return Object.fromEntries(Object.entries(e).map(([n,{count:o}])=>[n,o]))}function I(t,e){return t<e?-1:t>e?1:0}function V(t){return typeof t=="object"&&t!==null?t:{}}function C(t){return typeof t=="string"&&t!==""?t.slice(0,Kt):Xt}function At(t){return Number.isFinite(t)?new Date(t).toISOString():null}var Qt=4096;function Ct(t,e,n,o=()=>{}){let r=new U,i=kt(e),s={badLines:0},a={files:0,events:0},l=0,c=d=>{l++,n(d)};for(let d of xt(t,c)){a.files++;try{Zt(d,r,i,s,()=>{++a.events%Qt===0&&o(a)})}catch(m){c({path:d.path,message:_(m)})}}return{files:a.files,unreadableFiles:l,badLines:s.badLines,...r.figures()}}function Zt(t,e,n,o,r){e.startJournal();for(let i of wt(t.path,o)){let s=Ot(i);Number.isNaN(s)?o.badLines++:e.add(i,s,n(i,s,t)),r()}}var tt=(t,e)=>new Date(t.getTime()+e*864e5),et=t=>t.toISOString().slice(0,10),T=(t,e)=>new Date(Date.UTC(t,e,1)),nt=(t,e,n)=>({unit:e,startOf:o=>T(Math.floor(o.getUTCFullYear()/t)*t,0),next:o=>T(o.getUTCFullYear()+t,0),label:o=>`${o.getUTCFullYear()}${n}`}),te=[{unit:"day",startOf:t=>t,next:t=>tt(t,1),label:et},{unit:"week from its Monday",startOf:t=>tt(t,-((t.getUTCDay()+6)%7)),next:t=>tt(t,7),label:et},{unit:"month",startOf:t=>T(t.getUTCFullYear(),t.getUTCMonth()),next:t=>T(t.getUTCFullYear(),t.getUTCMonth()+1),label:t=>et(t).slice(0,7)},{unit:"quarter",startOf:t=>T(t.getUTCFullYear(),Math.floor(t.getUTCMonth()/3)*3),next:t=>T(t.getUTCFullYear(),t.getUTCMonth()+3),label:t=>`${t.getUTCFullYear()}-Q${t.getUTCMonth()/3+1}`},nt(1,"year",""),nt(10,"decade","s"),nt(1e3,"millennium","s")];function B(t,e){let n=Object.keys(t).filter(i=>/^\d{4}-/.test(i)),[o,r]=[n[0],n.at(-1)];if(o===void 0||r===void 0)return{unit:"day",bins:[]};for(let i of te){let s=ee(i,new Date(o),new Date(r),e);if(s){for(let a of n){let l=s.get(i.startOf(new Date(a)).getTime());l&&(l.acquisitions+=t[a]?.acquisitions??0,l.failOpen+=t[a]?.failOpen??0)}return{unit:i.unit,bins:[...s.values()]}}}throw new RangeError(`no unit makes ${e} bars of the days from ${o} to ${r}`)}function ee(t,e,n,o){let r=new Map;for(let i=t.startOf(e);i<=n;i=t.next(i)){if(r.size===o)return;r.set(i.getTime(),{label:t.label(i),acquisitions:0,failOpen:0})}return r}var ne={"&":"&amp;","<":"&lt;",">":"&gt;",'"':"&quot;","'":"&#39;"};function g(t){return mt(t).replace(/[&<>"']/g,e=>ne[e]??"")}var ot=`
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
svg { display: block; width: 100%; height: auto; }
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
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: right; padding: .35rem .6rem; border-bottom: 1px solid var(--line); font-variant-numeric: tabular-nums; }
td { white-space: nowrap; }
.words { text-align: left; white-space: normal; padding-left: 1.5rem; }
thead th { color: var(--muted); font-weight: 500; white-space: nowrap; }
th:first-child { text-align: left; padding-left: 0; }
tbody th { font-weight: 400; overflow-wrap: anywhere; min-width: 12rem; }
footer { margin-top: 2.5rem; font-size: .85rem; }
@media print { .tiles div { break-inside: avoid; } tr { break-inside: avoid; } }
`;var rt=720,it=220,q=48,st=12,oe=28,W=it-st-oe,Nt=st+W,re=40,ie=6.5,se=12;function jt(t,e){let n=t.map(({label:o,acquisitions:r,failOpen:i})=>({label:o,title:`${o}: ${f(r,"acquisition")}, ${u(i)} failed open`,parts:[{value:r-i,className:"locked"},{value:i,className:"failed"}]}));return Ht(n,e)}function _t(t,e,n){let o=e.map((r,i)=>({label:t[i]??"",title:`${t[i]}: ${f(r,"acquisition")}`,parts:[{value:r,className:"locked"}]}));return Ht(o,n)}function Ht(t,e){let n=de(Math.max(...t.map(({parts:a})=>a.reduce((l,{value:c})=>l+c,0)))),o=(rt-q)/t.length,r=Math.max(...t.map(({label:a})=>a.length)),i=Math.ceil((r*ie+se)/o),s=t.map((a,l)=>{let c=q+o*(l+.5),d=l%i===0?`<text class="tick" x="${k(c)}" y="${it-8}" text-anchor="middle">${g(a.label)}</text>`:"";return ae(a,c,Math.min(o*.8,re),n)+d});return`<svg viewBox="0 0 ${rt} ${it}" role="img" aria-label="${g(e)}">${le(n)}${s.join("")}</svg>`}function ae({title:t,parts:e},n,o,r){let i=Nt,s=e.map(({value:l,className:c})=>{let d=l>0?Math.max(2,l/r*W):0;return i-=d,d===0?"":`<rect class="${c}" x="${k(n-o/2)}" y="${k(i)}" width="${k(o)}" height="${k(d)}"/>`}),a=`<rect class="target" x="${k(n-o/2)}" y="${st}" width="${k(o)}" height="${W}"/>`;return`<g><title>${g(t)}</title>${a}${s.join("")}</g>`}function le(t){let e=t%2===0?[0,t/2,t]:[0,t],n=new Intl.NumberFormat("en-US",{notation:"compact"});return e.map(o=>{let r=k(Nt-o/t*W);return`<line class="grid" x1="${q}" x2="${rt}" y1="${r}" y2="${r}"/><text class="tick" x="${q-8}" y="${r+4}" text-anchor="end">${n.format(o)}</text>`}).join("")}var ce=[1,1.2,1.4,1.6,1.8,2,2.4,3,4,5,6,8,10];function de(t){let e=10**Math.floor(Math.log10(Math.max(t,1)));return ce.map(o=>Math.round(o*e*10)/10).find(o=>Number.isInteger(o)&&o>=t)??10*e}function k(t){return Math.round(t*10)/10}var ue=62,at=100;function It(t,e,n){return`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${`default-src 'none'; style-src 'sha256-${gt("sha256").update(ot).digest("base64")}'; base-uri 'none'; form-action 'none'`}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Lock audit</title>
<style>${ot}</style>
</head>
<body>
<main>
${me(t,e)}
${fe(t)}
${pe(t)}
${he(t)}
<footer>Written by pact-hooks audit on ${n.toISOString().slice(0,16).replace("T"," ")} UTC. Days are days in UTC.</footer>
</main>
</body>
</html>
`}function me(t,e){let{acquisitions:n,failOpen:o,failOpenRate:r,events:i,files:s,firstEvent:a,lastEvent:l}=t,c=n===0?"Nobody has asked for the lock.":`${u(o)} of ${f(n,"acquisition")} of the lock failed open: ${w(r)}`,d=a&&l?`, ${a.slice(0,10)} to ${l.slice(0,10)}`:"",m=[t.badLines>0?`${f(t.badLines,"line")} could not be read as an event.`:"",t.unreadableFiles>0?`${f(t.unreadableFiles,"journal")} could not be read: the figures lack them.`:""].join(" ");return`<header>
<p class="kicker">Lock audit</p>
<h1 class="${o>0?"bad":""}">${g(c)}</h1>
<p class="muted">${g(`${f(i,"event")} in ${f(s,"journal")}${d}${e?`; ${e}`:""}`)}</p>
${m.trim()?`<p class="warning">${g(m.trim())}</p>`:""}
</header>`}function fe(t){let{waitMs:e}=t;return`<dl class="tiles">${[["Acquisitions",u(t.acquisitions),`${f(t.sessionStarts,"session start")}`],["Failed open",u(t.failOpen),w(t.failOpenRate)],["Holders evicted",u(t.reaped),Dt(t.byReapReason)],["Updates given up",u(t.abandoned),t.refused>0?`${t.refused} refused`:""],["Outside edits",u(t.outsideEdits),Dt(t.byResolution)],["Waited, median",y(e.median),`95 %: ${y(e.p95)}, 99 %: ${y(e.p99)}, longest: ${y(e.max)}`]].map(([r,i,s])=>`<div><dt>${g(r)}</dt><dd>${g(i)}</dd><dd class="muted">${g(s)}</dd></div>`).join(`
`)}</dl>`}function Dt(t){return Object.entries(t).map(([e,n])=>`${u(n)} ${e}`).join(", ")}function pe(t){if(t.acquisitions===0)return"";let{unit:e,bins:n}=B(t.byDay,ue),o=`Acquisitions by ${e}`,r="How long acquisitions waited",i=[...Z.map(s=>`\u2264 ${y(s).replace(".0","")}`),"longer"];return`<section>
<h2>${o}</h2>
<p class="legend"><span class="key locked"></span> locked <span class="key failed"></span> failed open</p>
${jt(n,o)}
</section>
<section>
<h2>${r}</h2>
${_t(i,t.waitHistogram,r)}
</section>`}function he(t){let{byReason:e,byTarget:n,byHolder:o,byDay:r,failOpen:i}=t,s=Object.entries(e).map(([c,d])=>[c,u(d),w(d/i),E(c)]),a=Object.entries(o).map(([c,d])=>[c,u(d.failOpen),u(d.reaped),d.longestHeldMs===null?"unknown":y(d.longestHeldMs)]),l=["Acquisitions","Failed open","Rate","Evicted","Given up","Outside edits"];return[P("Why it failed open",["Reason","Times","Share",Ut],s),P("Who held it",["Command","Others failed open","Evicted","Held up to"],a),P("By file",["File",...l],Ft(n)),P("By day",["Day",...l],Ft(r).reverse())].join(`
`)}function Ft(t){return Object.entries(t).map(([e,{acquisitions:n,failOpen:o,reaped:r,abandoned:i,outsideEdits:s}])=>[e,u(n),u(o),n===0?"":w(o/n),...[r,i,s].map(u)])}var Ut="Meaning";function P(t,e,n){if(n.length===0)return"";let o=a=>e[a]===Ut?' class="words"':"",r=e.map((a,l)=>`<th scope="col"${o(l)}>${g(a)}</th>`).join(""),i=n.slice(0,at).map(([a="",...l])=>{let c=l.map((d,m)=>`<td${o(m+1)}>${g(d)}</td>`).join("");return`<tr><th scope="row">${g(a)}</th>${c}</tr>`}),s=n.length>at?`<p class="muted">and ${u(n.length-at)} more; pact-hooks audit --json has them.</p>`:"";return`<section>
<h2>${g(t)}</h2>
<div class="scroll"><table>
<thead><tr>${r}</tr></thead>
<tbody>
${i.join(`
`)}
</tbody>
</table></div>${s}
</section>`}var ge=1e3,be=200;function Bt(){if(!process.stderr.isTTY)return{tick:()=>{},end:()=>{}};let t=performance.now()+ge,e=!1;return{tick({events:n,files:o}){performance.now()<t||(t=performance.now()+be,e=!0,J(`\r\x1B[Kreading: ${u(n)} events in ${u(o)} journals`))},end(){e&&J("\r\x1B[K")}}}var $e=31,N=10,ye=4,we=100;function qt(t,e,n){return`${[xe(t,e,n),Oe(t,n),t.acquisitions>0?ke(t,n):[],ve(t,n),Se(t,n),Te(t,n),Me(t)].filter(r=>r.length>0).map(r=>r.map(i=>i.trimEnd()).join(`
`)).join(`

`)}
`}function xe(t,e,n){let{acquisitions:o,failOpen:r,failOpenRate:i,events:s,files:a,firstEvent:l,lastEvent:c}=t,d=o===0?"Nobody has asked for the lock.":`${u(r)} of ${f(o,"acquisition")} of the lock failed open: ${w(i)}`,m=l&&c?`, ${l.slice(0,10)} to ${c.slice(0,10)}`:"",b=`${f(s,"event")} in ${f(a,"journal")}${m} (UTC)`,$=[h(r>0?["bold","red"]:"bold",d),h("dim",b)];return e!==""&&$.push(h("dim",`Only ${D(A(e,n),n.columns-5,n)}`)),$}function Oe(t,e){let{waitMs:n,sessionStarts:o,lockNotNeeded:r,hookFailures:i,refused:s}=t,a=b=>A(Object.entries(b).map(([$,x])=>`${u(x)} ${$}`).join(", "),e),l=[["Holders evicted",t.reaped,a(t.byReapReason)],["Updates given up",t.abandoned,""],["Outside edits",t.outsideEdits,a(t.byResolution)],["Session starts",o,r>0?`${u(r)} had nothing to change`:""]];s>0&&l.push(["Files refused",s,""]),i>0&&l.push(["Hooks failed",i,""]);let c=Math.max(...l.map(([,b])=>u(b).length)),d=l.map(([b,$,x])=>{let O=`  ${b.padEnd(17)} ${u($).padStart(c)}   `;return x===""?O:O+h("dim",St(x,e.columns-O.length,e))});if(n.max===null)return d;let m=`median ${y(n.median)}, p95 ${y(n.p95)}, p99 ${y(n.p99)}, longest ${y(n.max)}`;return[...d,`  ${"Waited".padEnd(17)} ${m}`]}function ke({byDay:t},e){let{unit:n,bins:o}=B(t,$e),[r,i]=e.unicode?["\u2588","\u2592"]:["#","!"],s=Math.max(...o.map(({acquisitions:p})=>p)),a=lt("locked",o.map(p=>u(p.acquisitions-p.failOpen))),l=lt("failed open",o.map(p=>p.failOpen>0?u(p.failOpen):"")),c=lt("",o.map(({label:p})=>p)),d=[c,a,l].reduce((p,{width:j})=>p+2+j,2),m=Math.max(ye,e.columns-d),b=o.map(({acquisitions:p,failOpen:j},L)=>{let[ct,dt]=Rt(p-j,j,s,m),Jt=" ".repeat(m-ct-dt),Yt=h("green",r.repeat(ct))+h("red",i.repeat(dt))+Jt;return`  ${c.cells[L]?.padEnd(c.width)}  ${Yt}  ${a.cells[L]?.padStart(a.width)}  ${l.cells[L]?.padStart(l.width)}`}),$=`Acquisitions by ${n} (UTC)`,O=`${`${r} locked`.padStart(a.width)}  ${`${i} failed open`.padStart(l.width)}`;return[`${h("bold",$)}${O.padStart(e.columns-$.length)}`,...b]}function lt(t,e){return{cells:e,width:Math.max(t===""?0:t.length+2,...e.map(n=>n.length))}}function ve({byReason:t},e){let n=Object.entries(t).slice(0,N);if(n.length===0)return[];let o=n.map(([m])=>D(A(m,e),24,e)),r=Math.max(...o.map(H)),i=Math.max(...n.map(([,m])=>u(m).length)),s=Math.max(...n.map(([,m])=>m)),a=Math.max(...n.map(([m])=>E(m).length)),l=e.columns-2-r-2-i-2,c=Math.max(8,l-a-2),d=n.map(([m,b],$)=>{let x=Tt(b,s,c,e),O=`  ${Ee(o[$]??"",r)}  ${u(b).padStart(i)}  `,p=c+2+a<=l?E(m):"";return`${O}${h("red",x)}${" ".repeat(c-H(x)+2)}${h("dim",p)}`});return[h("bold","Why it failed open"),...d,...Pt(Object.keys(t).length)]}function Se({byTarget:t},e){let n=Object.entries(t),o=e.columns>=we,r=n.slice(0,N).map(([a,l])=>{let{acquisitions:c,failOpen:d,reaped:m,abandoned:b,outsideEdits:$}=l,x=c>0?w(d/c):"",O=o?[b,$].map(u):[];return[u(d),u(c),x,u(m),...O,a]}),s=["failed","of","rate","evicted",...o?["given up","outside edits"]:[],"file"];return Wt("By file",s,r,n.length,e)}function Te({byHolder:t},e){let n=Object.entries(t),o=n.slice(0,N).map(([r,i])=>[u(i.failOpen),u(i.reaped),Re(i),r]);return Wt("Who held it",["failed","evicted","held up to","command"],o,n.length,e)}function Re({longestHeldMs:t}){return t===null?"unknown":y(t)}function Wt(t,e,n,o,r){if(n.length===0)return[];let i=e.slice(0,-1).map((l,c)=>Math.max(l.length,...n.map(d=>d[c]?.length??0))),s=r.columns-i.reduce((l,c)=>l+c+2,2),a=(l,c)=>`  ${l.map((d,m)=>d.padStart(i[m]??0)).join("  ")}  ${c}`;return[h("bold",t),h("dim",a(e.slice(0,-1),e.at(-1)??"")),...n.map(l=>a(l.slice(0,-1),D(A(l.at(-1)??"",r),s,r))),...Pt(o)]}function Pt(t){return t>N?[h("dim",`  and ${u(t-N)} more; --json has them`)]:[]}function Me({badLines:t,unreadableFiles:e}){let n=[];return t>0&&n.push(`${f(t,"line")} of the journals could not be read as an event.`),e>0&&n.push(`${f(e,"journal")} could not be read: the figures lack them.`),n.map(o=>h("yellow",o))}function Ee(t,e){return t+" ".repeat(Math.max(0,e-H(t)))}function Lt(t,e){let n=R.lstatSync(t,{throwIfNoEntry:!1});if(n&&!n.isFile())throw new Error(`it is ${$t(n)}`);let o=M.join(M.dirname(t),`.${M.basename(t)}.${bt(8).toString("hex")}.tmp`);try{R.writeFileSync(o,e,{flag:"wx",mode:384}),R.renameSync(o,t)}catch(r){throw R.rmSync(o,{force:!0}),ut(r,"ENOENT")?new Error(`there is no folder ${M.dirname(t)}`):r}}var Ae=`Usage: pact-hooks audit [OPTIONS]

Counts, in all session journals, how often the lock was asked for and how often it failed open, and shows why, for
which files, who held it, and how long was waited. Days are days in UTC.

Options:
  --since WHEN               not before an age (30m, 12h, 7d, 2w) or a date (2026-01-31, 2026-01-31T12:00Z)
  --until WHEN               not after that moment, or that day
  --project DIR              only of this project, and of those in folders below it
  --session ID               only of this session
  --json                     the figures as one JSON object; docs/journal.md describes it
  --html FILE                the figures as one web page that needs nothing else, to open or to send
  --max-fail-open-rate RATE  exit 1 if more than this share failed open: 0.01, or 1%
  -h, --help                 this text

Examples:
  pact-hooks audit --since 7d
  pact-hooks audit --project . --json | jq .failOpenRate
  pact-hooks audit --since 1d --max-fail-open-rate 0.01    # for cron and CI
  pact-hooks audit --html lock-audit.html
`,Ce=5,Fn=ht({usage:Ae,options:{...Mt,json:{type:"boolean"},html:{type:"string"},"max-fail-open-rate":{type:"string"}},takes:"nothing",run({json:t,html:e,"max-fail-open-rate":n,...o}){if(e==="")throw new Y("--html needs the name of a file");let r=Et(o),i=He(n),s=Ne(r);t&&pt(JSON.stringify(je(s,r)));let a=!0;e!==void 0?a=_e(s,r,e):t||ft(qt(s,z(r),vt(process.stdout,process.env)));let l=De(s,i);return a&&!l?0:1}});function Ne(t){let e=Bt(),n=[],o=s=>{n.length<Ce&&n.push(s)},r=Ct(yt(),t,o,e.tick);e.end();for(let{path:s,message:a}of n)S(`${s} was not read: ${a}`);let i=r.unreadableFiles-n.length;return i>0&&S(`${f(i,"more journal")} not read`),r}function je(t,{sinceMs:e,untilMs:n,projectDir:o,sessionId:r}){let i=s=>s===void 0?null:new Date(s).toISOString();return{schema:1,since:i(e),until:i(n),project:o??null,session:r??null,...t}}function _e(t,e,n){try{Lt(n,It(t,z(e),new Date))}catch(o){return S(`${n} was not written: ${_(o)}`),!1}return S(`wrote ${n}`),!0}function He(t){if(t===void 0)return;let[,e,n]=/^(\d+(?:\.\d+)?|\.\d+)(%?)$/.exec(t.trim())??[],o=e===void 0?Number.NaN:Number(e)/(n?100:1);if(o>=0&&o<=1)return o;throw new Y(`--max-fail-open-rate is a share from 0 to 1, or a percentage, not '${t}'`)}function De({failOpenRate:t},e){return e===void 0||t===null||t<=e?!1:(S(`the fail-open rate, ${w(t)}, is above ${w(e)}`),!0)}export{Fn as run};
