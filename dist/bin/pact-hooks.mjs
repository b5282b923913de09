import{d as r,q as o}from"./chunk-75TF4N2F.mjs";var s=`Usage: pact-hooks COMMAND [OPTIONS]

Commands:
  try [DIR]        run the session-start hook on a copy of DIR's CLAUDE.md and show what it does
  doctor [DIR]     look whether DIR's CLAUDE.md and its lock are healthy, and say what to do
  audit            show how often the lock failed open, why, for which files and who held it
  journal          read, follow, write or prune the session journals
  restore [ID]     bring back a CLAUDE.md as it was before a session first changed it
  install [DIR]    add the hooks to DIR's settings, for those who do not use the plugin system
  uninstall [DIR]  take hooks, blocks and lock files out again; the rest stays byte for byte

Options:
  -h, --help       this text; after a command, the command's
  -V, --version    the version

Examples:
  pact-hooks try ~/my-project
  pact-hooks doctor
  pact-hooks audit --since 7d
  pact-hooks journal read --type lock_fail_open
  pact-hooks install --dry-run
`,e={try:async()=>(await import("./try.mjs")).runTry,doctor:async()=>(await import("./doctor.mjs")).runDoctor,audit:async()=>(await import("./audit.mjs")).runAudit,journal:async()=>(await import("./journal.mjs")).runJournal,restore:async()=>(await import("./restore.mjs")).runRestore,install:async()=>(await import("./install.mjs")).runInstall,uninstall:async()=>(await import("./uninstall.mjs")).runUninstall};async function h([t,...a]){if(t==="-h"||t==="--help")return n(s);if(t==="-V"||t==="--version")return n(`0.1.0
`);if(t===void 0)throw new o("a command is missing",s);if(!Object.hasOwn(e,t))throw new o(`there is no command '${t}'`,s);let i=e[t];return(await i())(a)}function n(t){return process.stdout.write(t),0}process.stdout.on("error",t=>{if(!r(t,"EPIPE"))throw t;process.exit()});try{process.exitCode=await h(process.argv.slice(2))}catch(t){if(!(t instanceof o))throw t;process.stderr.write(`pact-hooks: ${t.message}

${t.usage}`),process.exitCode=2}
