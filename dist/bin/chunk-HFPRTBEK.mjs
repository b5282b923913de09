var o=process.getBuiltinModule("node:url");var t=o.fileURLToPath;export{t as a};
