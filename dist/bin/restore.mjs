import{findJournals}from"./chunk-T56CCOU7.mjs";import{showDiff}from"./chunk-ZSVJGFNS.mjs";import{updateFile}from"./chunk-OO3B37N5.mjs";import"./chunk-HDWEO3GJ.mjs";import{journalRoot,paint,readEvents}from"./chunk-DZ35X6YO.mjs";import{UsageError,messageOf,parseArguments,printable}from"./chunk-BJHOBBLI.mjs";import fs from"node:fs";import path from"node:path";import{createInterface}from"node:readline/promises";var USAGE=`Usage: pact-hooks restore [ID] [--project DIR] [--yes]
       pact-hooks restore --list [--project DIR]

Before a session first changes a CLAUDE.md, the file as it was is kept in the session's journal folder. This lists what
was kept, or brings one back, through the lock, after showing what would change.

  ID              from the list, or its start; default: the latest
  --list          list what was kept, latest first
  --project DIR   of this project only (default: the current folder; with --list: all)
  -y, --yes       do not ask
  -h, --help      this text

Examples:
  pact-hooks restore --list
  pact-hooks restore 3f2b8c1e
`;async function runRestore(args){let options={list:{type:"boolean"},project:{type:"string"},yes:{type:"boolean",short:"y"},help:{type:"boolean",short:"h"}},{values,positionals}=parseArguments({args,allowPositionals:!0,options},USAGE);if(values.help)return process.stdout.write(USAGE),0;if(positionals.length>1||values.list&&positionals.length>0)throw new UsageError("restore takes one ID, or --list",USAGE);let project=values.project??(values.list||positionals[0]?void 0:"."),backups=findBackups(project&&path.resolve(project));if(values.list)return list(backups);let matching=positionals[0]?backups.filter(({id})=>id.startsWith(positionals[0])):backups.slice(0,1),[backup,...others]=matching;if(!backup)throw new UsageError(`nothing was kept${positionals[0]?` under ${positionals[0]}`:" for this project"}`,USAGE);if(others.length>0)throw new UsageError(`more than one ID starts with ${positionals[0]}`,USAGE);return restore(backup,values.yes===!0)}function findBackups(projectDir){let found=[];for(let journal of findJournals(journalRoot(),()=>{})){let events=[...readBackupEvents(journal.path)];for(let[index,event]of events.entries()){let backup=asBackup(event,index,path.basename(path.dirname(journal.path)));backup&&(!projectDir||backup.projectDir===projectDir)&&found.push(backup)}}return found.sort((a,b)=>a.ts<b.ts?1:-1)}function*readBackupEvents(journal){try{for(let event of readEvents(journal))event.type==="backup_kept"&&(yield event)}catch{}}function asBackup(event,index,sessionId){let{ts,target,backup:file,project_dir:projectDir}=event;return typeof target!="string"||typeof file!="string"||!fs.existsSync(file)?null:{id:index===0?sessionId:`${sessionId}/${index+1}`,ts,target,file,projectDir:typeof projectDir=="string"?projectDir:void 0}}function list(backups){backups.length===0&&process.stdout.write(`Nothing was kept yet.
`);for(let{id,ts,target,file}of backups){let bytes=fs.statSync(file).size;process.stdout.write(`${paint("cyan",printable(id))}  ${ts.slice(0,19)}Z  ${bytes} bytes  ${printable(target)}
`)}return 0}async function restore({file,target},yes){let before=fs.readFileSync(file,"utf8"),now=fs.existsSync(target)?fs.readFileSync(target,"utf8"):"";if(now===before)return process.stdout.write(`${printable(target)} is as it was then.
`),0;if(showDiff(now,before,target),!yes&&!await confirm(`Restore ${printable(target)}? [y/N] `))return process.stdout.write(`Nothing was changed.
`),1;let{outcome,message}=updateFile(target,()=>before,{hook:"restore"});return process.stdout.write(`${printable(target)}: ${outcome==="written"?"restored":outcome}
`),message&&process.stderr.write(`pact-hooks: ${printable(message)}
`),outcome==="written"?0:1}async function confirm(question){if(!process.stdin.isTTY)return process.stderr.write(`pact-hooks: to restore it without being asked: --yes
`),!1;let prompt=createInterface({input:process.stdin,output:process.stdout});try{return/^y(es)?$/i.test(await prompt.question(question))}catch(error){return process.stderr.write(`pact-hooks: ${messageOf(error)}
`),!1}finally{prompt.close()}}export{runRestore};
