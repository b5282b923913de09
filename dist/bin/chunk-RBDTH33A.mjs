import{g as u,h as d}from"./chunk-7QSD5AH2.mjs";function m(n){return[d(d(n,".claude"),"CLAUDE.md"),d(n,"CLAUDE.md")]}function h(n){let[r,t]=m(n);return!u(r)&&u(t)?t:r}function x(n){let r=0,t=0;for(let e=n.indexOf(`
`);e!==-1;e=n.indexOf(`
`,e+1))n.charCodeAt(e-1)===13?t++:r++;return t>r?`\r
`:`
`}function C(n){return n.replaceAll(`\r
`,`
`)}function c(n,r){let t=n.indexOf(`
`,r);return t===-1?n.length:t+1}function A(n,r){let t=1;for(let e=n.indexOf(`
`);e!==-1&&e<r;e=n.indexOf(`
`,e+1))t++;return t}function l(n,r){return n.charCodeAt(r-1)!==10?r:n.charCodeAt(r-2)===13?r-2:r-1}var O=(n,r)=>({start:n,end:n,insert:r}),v=({start:n,end:r})=>({start:n,end:r,insert:""});function w(n,r){let t=[...r].sort((i,s)=>i.start-s.start||i.end-s.end),e=[],o=0;for(let{start:i,end:s,insert:g}of t){if(i<o)throw new Error("edits overlap");e.push(n.slice(o,i),g),o=s}return e.join("")+n.slice(o)}function y(n,r,t,e){let o=f(n,r)?"":e,i=a(n,r)?"":e;return{start:r,end:r,insert:o+p(t,e)+i}}function p(n,r){return n===""||n.endsWith(`
`)?n:n+r}function B(n,r){let t=f(n,r.start)&&a(n,r.end);return{start:r.start,end:t?c(n,r.end):r.end,insert:""}}function a(n,r){return n.startsWith(`
`,r)||n.startsWith(`\r
`,r)}function f(n,r){let t=l(n,r);return t<r&&t>0&&n.charCodeAt(t-1)===10}function W(n,{start:r,end:t}){return{start:r,end:r+b(n.slice(r,t))}}function b(n){let r=n.trimEnd().length;return r===0?0:c(n,r)}export{x as a,C as b,c,A as d,l as e,O as f,v as g,w as h,y as i,p as j,B as k,a as l,W as m,m as n,h as o};
