import{additionOf,complain,folderOf,look,make,say,show}from"./chunk-6ETZ2B6G.mjs";import{excludeAddition,makeExcludeChange,projectSettings,startersOf,userSettings}from"./chunk-553NGA6W.mjs";import"./chunk-S77AYFTJ.mjs";import{print}from"./chunk-BGVLAIVQ.mjs";import"./chunk-ZSVJGFNS.mjs";import"./chunk-OO3B37N5.mjs";import"./chunk-HDWEO3GJ.mjs";import"./chunk-DZ35X6YO.mjs";import{parseArguments}from"./chunk-BJHOBBLI.mjs";import path from"node:path";import{fileURLToPath}from"node:url";var USAGE=`Usage: pact-hooks install [DIR] [--user] [--dry-run]

Adds the hooks to the .claude/settings.json of the project in DIR (default: the current folder), for those who do not
use Claude Code's plugin system. Every other setting stays as it is, byte for byte. To do it twice is to do it once; an
installation from another folder is replaced. In a git work tree it also adds the names of the lock files to the
repository's info/exclude, so that they never show in git status.

Where the plugin system has enabled the plugin, only the latter is done: its hooks are there already.

Options:
  --user       the user's own settings, for all projects, instead of the project's
  --dry-run    show what would change, and change nothing
  -h, --help   this text

Exit code: 0 done or nothing to do, 1 something was left alone (it says what, and why), 2 wrong usage.

Examples:
  pact-hooks install
  pact-hooks install ~/my-project --dry-run
  pact-hooks install --user
`,PLUGIN_ROOT=path.resolve(path.dirname(fileURLToPath(import.meta.url)),"..");function runInstall(args){let options={user:{type:"boolean"},"dry-run":{type:"boolean"},help:{type:"boolean",short:"h"}},{values,positionals}=parseArguments({args,allowPositionals:!0,options},USAGE);if(values.help)return print(USAGE),0;let dir=folderOf(positionals,"install",USAGE),place=values.user?userSettings():projectSettings(dir),{enabledIn}=startersOf(dir),settings={wanted:additionOf({...place,pluginRoot:PLUGIN_ROOT}),done:`added the hooks, run from ${PLUGIN_ROOT}`},exclude=excludeAddition(dir),changes=enabledIn.length>0?[]:[settings];return exclude&&changes.unshift({wanted:exclude,done:"added the names of lock files, which git status then hides",make:makeExcludeChange}),enabledIn[0]&&say(`The plugin is enabled in ${enabledIn[0]}: its hooks are not added a second time.`),values["dry-run"]?showAll(changes):changes.includes(settings)&&look(settings)===!1?1:(changes.includes(settings)&&warnOfNpx(),makeAll(changes))}function showAll(changes){let previews=changes.map(change=>look(change));return previews.every(preview=>preview===null)&&say("Nothing to change."),changes.filter((_change,index)=>previews[index]).forEach(show),previews.includes(!1)?1:0}function makeAll(changes){let results=changes.map(change=>make(change,"install"));return results.every(result=>result?.outcome==="unchanged")?say("Nothing to change: all of it is there."):results.at(-1)?.outcome==="written"&&say("The next session of Claude Code runs them. To undo it: pact-hooks uninstall"),results.includes(null)?1:0}function warnOfNpx(){PLUGIN_ROOT.split(path.sep).includes("_npx")&&complain(`the hooks run from ${PLUGIN_ROOT}, a folder that npx may empty. To last, install it first: npm i -g pact-hooks`)}export{runInstall};
