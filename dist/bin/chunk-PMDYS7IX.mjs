var e=process.getBuiltinModule("node:crypto");var t=e.createHash;var r=e.randomBytes;var o=e.randomUUID;export{t as a,r as b,o as c};
