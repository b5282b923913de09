import{a as n,t as s}from"./chunk-JUDCMWJF.mjs";import{d as o}from"./chunk-75TF4N2F.mjs";var i=!1;function p(r){let f=Buffer.from(r);for(let t=0;t<f.length&&!i;)try{t+=n.writeSync(1,f,t)}catch(e){if(o(e,"EPIPE"))i=!0;else if(o(e,"EAGAIN"))s(1);else throw e}return!i}function a(r){try{n.writeSync(2,`${r}
`)}catch{}}export{p as a,a as b};
