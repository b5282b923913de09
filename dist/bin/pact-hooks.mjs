import{UsageError,isCode}from"./chunk-BJHOBBLI.mjs";var USAGE=`Usage: pact-hooks COMMAND [OPTIONS]

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
`,COMMANDS={try:async()=>(await import("./try.mjs")).runTry,doctor:async()=>(await import("./doctor.mjs")).runDoctor,audit:async()=>(await import("./audit.mjs")).runAudit,journal:async()=>(await import("./journal.mjs")).runJournal,restore:async()=>(await import("./restore.mjs")).runRestore,install:async()=>(await import("./install.mjs")).runInstall,uninstall:async()=>(await import("./uninstall.mjs")).runUninstall};async function main([command,...rest]){if(command==="-h"||command==="--help")return print(USAGE);if(command==="-V"||command==="--version")return print(`0.1.0
`);if(command===void 0)throw new UsageError("a command is missing",USAGE);if(!Object.hasOwn(COMMANDS,command))throw new UsageError(`there is no command '${command}'`,USAGE);let load=COMMANDS[command];return(await load())(rest)}function print(text){return process.stdout.write(text),0}process.stdout.on("error",error=>{if(!isCode(error,"EPIPE"))throw error;process.exit()});try{process.exitCode=await main(process.argv.slice(2))}catch(error){if(!(error instanceof UsageError))throw error;process.stderr.write(`pact-hooks: ${error.message}

${error.usage}`),process.exitCode=2}
