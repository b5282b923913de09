import{B as a,C as s,v as t}from"./chunk-BAMDFLQI.mjs";var r=`Usage: pact-hooks COMMAND [OPTIONS]

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
`,n=()=>s(r,()=>(t("0.1.0"),0)),e=a(r,{try:async o=>(await import("./try.mjs")).run(o),doctor:async o=>(await import("./doctor.mjs")).run(o),audit:async o=>(await import("./audit.mjs")).run(o),journal:async o=>(await import("./journal.mjs")).run(o),restore:async o=>(await import("./restore.mjs")).run(o),install:async o=>(await import("./install.mjs")).run(o),uninstall:async o=>(await import("./uninstall.mjs")).run(o),"-V":n,"--version":n});process.exitCode=await e(process.argv.slice(2));
