/** Tests where settings are found, which of them decides, and what they do in a session. */
import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { DEFAULT_SETTINGS, PERSONAL_FILE, readProjectSettings, TEAM_FILE } from "../../shared/settings.ts";
import { answerOf, payload, runHook } from "../helpers/hookProcess.ts";
import { journalEvents } from "../helpers/journal.ts";
import { git, repository } from "../helpers/repository.ts";
import { type Sandbox, sandbox } from "../helpers/sandbox.ts";
import { listing } from "../helpers/tempDir.ts";

const USER_FILE = "pact-hooks.local.md";

let box: Sandbox;
let project: string;

beforeEach(() => {
  box = sandbox();
  project = box.projectDir;
  vi.stubEnv("CLAUDE_CONFIG_DIR", box.configDir);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

/** Writes a settings file with these lines of front matter, and words below it. */
function write(folder: string, name: string, lines: string, words = ""): string {
  const file = path.join(folder, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, `---\n${lines}\n---\n${words}\n`);
  return file;
}

/** The settings of a folder, which must have no problem. */
function settingsOf(folder: string) {
  const { settings, problems } = readProjectSettings(folder);
  expect(problems).toEqual([]);
  return settings;
}

function makeFolder(...parts: string[]): string {
  const folder = path.join(...parts);
  fs.mkdirSync(folder, { recursive: true });
  return folder;
}

test("without any settings file, all settings have their defaults", () => {
  expect(settingsOf(project)).toEqual(DEFAULT_SETTINGS);
});

test("the team's file and the personal one each decide what is theirs", () => {
  write(project, TEAM_FILE, "sessionBlock: true\nroutingBlock: false", "Ask Ada.");
  write(project, PERSONAL_FILE, "lockTimeoutSeconds: 1\nlockTtlSeconds: 60", "I like tea.");
  expect(settingsOf(project)).toEqual({
    enabled: true,
    sessionBlock: true,
    routingBlock: false,
    lockTimeoutSeconds: 1,
    lockTtlSeconds: 60,
    projectRouting: "Ask Ada.",
    ownWords: "I like tea.",
  });
});

test("each file keeps what only the other may decide at its default, and both problems are reported", () => {
  write(project, TEAM_FILE, "lockTtlSeconds: 60");
  write(project, PERSONAL_FILE, "sessionBlock: true");
  expect(readProjectSettings(project)).toEqual({
    isWhole: true,
    settings: DEFAULT_SETTINGS,
    problems: [
      `${TEAM_FILE} line 2: lockTtlSeconds is not used: it is a personal setting. Move it to ${PERSONAL_FILE}.`,
      `${PERSONAL_FILE} line 2: sessionBlock is not used: it decides what stands in CLAUDE.md, which is a team's setting. Move it to ${TEAM_FILE}.`,
    ],
  });
});

test("a settings file that is a link is not followed, even inside the project", () => {
  const secret = path.join(project, ".env");
  fs.writeFileSync(secret, "TOKEN=secret\n");
  for (const name of [TEAM_FILE, PERSONAL_FILE]) {
    makeFolder(path.dirname(path.join(project, name)));
    fs.symlinkSync("../.env", path.join(project, name));
  }
  const { settings, problems, isWhole } = readProjectSettings(project);
  expect([settings, isWhole]).toEqual([DEFAULT_SETTINGS, false]);
  expect(problems).toEqual([
    expect.stringContaining("pact-hooks.md is a link; left unchanged. Replace it with a file."),
    expect.stringContaining("pact-hooks.local.md is a link"),
  ]);
});

describe("enabled: false", () => {
  const places: [string, () => void][] = [
    ["the team's file", () => write(project, TEAM_FILE, "enabled: false")],
    ["the personal file", () => write(project, PERSONAL_FILE, "enabled: false")],
    ["a folder above", () => write(path.dirname(project), TEAM_FILE, "enabled: false")],
    ["the user's file", () => write(box.configDir, USER_FILE, "enabled: false")],
    ["the plugin's option", () => vi.stubEnv("CLAUDE_PLUGIN_OPTION_ENABLED", "false")],
  ];

  test.each(places)("in %s wins over true everywhere else", (_name, place) => {
    repository(path.dirname(project));
    for (const folder of [project, path.dirname(project)]) {
      for (const name of [TEAM_FILE, PERSONAL_FILE]) write(folder, name, "enabled: true");
    }
    write(box.configDir, USER_FILE, "enabled: true");
    vi.stubEnv("CLAUDE_PLUGIN_OPTION_ENABLED", "true");
    expect(settingsOf(project).enabled).toBe(true);
    place();
    expect(settingsOf(project).enabled).toBe(false);
  });
});

describe("in a folder below the top of a git work tree,", () => {
  let top: string;
  let below: string;
  beforeEach(() => {
    top = repository(project);
    below = makeFolder(top, "packages", "app");
  });

  test("the settings of every folder up to the top count, and of none above the top", () => {
    write(top, TEAM_FILE, "sessionBlock: true");
    write(path.join(top, "packages"), PERSONAL_FILE, "lockTtlSeconds: 60");
    write(path.dirname(top), TEAM_FILE, "routingBlock: false", "Not ours.");
    write(path.dirname(top), PERSONAL_FILE, "lockTimeoutSeconds: 1", "Not mine.");
    expect(settingsOf(below)).toEqual({ ...DEFAULT_SETTINGS, sessionBlock: true, lockTtlSeconds: 60 });
  });

  test("the nearest folder that sets a value decides, each value for itself", () => {
    write(top, TEAM_FILE, "sessionBlock: true\nroutingBlock: false", "Words of the top.");
    write(top, PERSONAL_FILE, "lockTtlSeconds: 60\nlockTimeoutSeconds: 1", "My words at the top.");
    write(below, TEAM_FILE, "sessionBlock: false");
    write(below, PERSONAL_FILE, "lockTimeoutSeconds: 2", "My words here.");
    expect(settingsOf(below)).toEqual({
      ...DEFAULT_SETTINGS,
      routingBlock: false,
      projectRouting: "Words of the top.",
      lockTtlSeconds: 60,
      lockTimeoutSeconds: 2,
      ownWords: "My words here.",
    });
  });

  test("a folder below the session's, or beside it, does not count", () => {
    write(makeFolder(below, "src"), TEAM_FILE, "sessionBlock: true");
    write(makeFolder(top, "packages", "lib"), TEAM_FILE, "sessionBlock: true");
    expect(settingsOf(below)).toEqual(DEFAULT_SETTINGS);
  });

  test("the folders above count, too, where a link leads to the session's folder", () => {
    write(top, TEAM_FILE, "sessionBlock: true");
    const link = path.join(path.dirname(top), "link");
    fs.symlinkSync(below, link);
    expect(settingsOf(link).sessionBlock).toBe(true);
  });

  test("the folders above count, too, where the session's folder is named like a way up", () => {
    write(top, TEAM_FILE, "sessionBlock: true");
    expect(settingsOf(makeFolder(top, "..app")).sessionBlock).toBe(true);
  });

  test("a problem names the file without its folder only if it is the session's", () => {
    write(top, TEAM_FILE, "colour: red");
    write(below, TEAM_FILE, "colour: red");
    const rest = `line 2: unknown setting "colour"; the settings are enabled, sessionBlock, routingBlock.`;
    expect(readProjectSettings(below).problems).toEqual([
      `${TEAM_FILE} ${rest}`,
      `${path.join(top, TEAM_FILE)} ${rest}`,
    ]);
  });

  test("a repository of its own there ends the way up", () => {
    write(top, TEAM_FILE, "sessionBlock: true");
    expect(settingsOf(below).sessionBlock).toBe(true);
    repository(below);
    expect(settingsOf(below).sessionBlock).toBe(false);
  });

  test("only the session's folder counts while GIT_WORK_TREE names another tree", () => {
    const other = repository(path.join(path.dirname(top), "other"));
    for (const folder of [top, other]) write(folder, TEAM_FILE, "routingBlock: false");
    write(below, TEAM_FILE, "sessionBlock: true");
    expect(settingsOf(below)).toEqual({ ...DEFAULT_SETTINGS, sessionBlock: true, routingBlock: false });
    vi.stubEnv("GIT_DIR", path.join(other, ".git"));
    vi.stubEnv("GIT_WORK_TREE", other);
    expect(settingsOf(below)).toEqual({ ...DEFAULT_SETTINGS, sessionBlock: true });
  });
});

test("outside of git, the settings of the folders above do not count", () => {
  const below = makeFolder(project, "app");
  write(project, TEAM_FILE, "sessionBlock: true");
  expect(settingsOf(below).sessionBlock).toBe(false);
  repository(project);
  expect(settingsOf(below).sessionBlock).toBe(true);
});

describe.each([
  ["beside the main one", "../linked"],
  ["inside the main one", ".claude/worktrees/linked"],
])("in a linked work tree %s,", (_name, where) => {
  let linked: string;
  beforeEach(() => {
    repository(project);
    linked = path.join(project, where);
    git(project, "worktree", "add", "-q", linked);
  });

  test("the main work tree's settings count, of the same folder and of those above it", () => {
    const below = makeFolder(linked, "packages", "app");
    write(project, TEAM_FILE, "sessionBlock: true");
    write(project, PERSONAL_FILE, "lockTtlSeconds: 60");
    write(path.join(project, "packages", "app"), PERSONAL_FILE, "lockTimeoutSeconds: 1", "Mine.");
    expect(settingsOf(below)).toEqual({
      ...DEFAULT_SETTINGS,
      sessionBlock: true,
      lockTtlSeconds: 60,
      lockTimeoutSeconds: 1,
      ownWords: "Mine.",
    });
    expect(settingsOf(linked)).toEqual({ ...DEFAULT_SETTINGS, sessionBlock: true, lockTtlSeconds: 60 });
  });

  test("its own settings decide, even those of a folder further up", () => {
    const below = makeFolder(linked, "app");
    write(path.join(project, "app"), PERSONAL_FILE, "lockTtlSeconds: 60\nlockTimeoutSeconds: 1");
    write(linked, PERSONAL_FILE, "lockTtlSeconds: 70");
    expect(settingsOf(below)).toEqual({ ...DEFAULT_SETTINGS, lockTtlSeconds: 70, lockTimeoutSeconds: 1 });
  });

  test("enabled: false in the main one wins over its own true", () => {
    write(linked, PERSONAL_FILE, "enabled: true");
    expect(settingsOf(linked).enabled).toBe(true);
    write(project, PERSONAL_FILE, "enabled: false");
    expect(settingsOf(linked).enabled).toBe(false);
  });

  test("its settings do not count in the main one", () => {
    write(linked, PERSONAL_FILE, "lockTtlSeconds: 70");
    expect(settingsOf(project)).toEqual(DEFAULT_SETTINGS);
  });

  test("a problem of the main one names that file", () => {
    const file = write(project, PERSONAL_FILE, "enabled: 1");
    expect(readProjectSettings(linked).problems).toEqual([
      `${file} line 2: enabled must be true or false, not 1; it is not used.`,
    ]);
  });
});

describe("the user's own file", () => {
  test("counts in every project, after the project's own", () => {
    write(box.configDir, USER_FILE, "lockTtlSeconds: 60\nlockTimeoutSeconds: 1", "Mine, everywhere.");
    expect(settingsOf(project)).toEqual({
      ...DEFAULT_SETTINGS,
      lockTtlSeconds: 60,
      lockTimeoutSeconds: 1,
      ownWords: "Mine, everywhere.",
    });
    write(project, PERSONAL_FILE, "lockTtlSeconds: 70", "Mine, here.");
    expect(settingsOf(project)).toEqual({
      ...DEFAULT_SETTINGS,
      lockTtlSeconds: 70,
      lockTimeoutSeconds: 1,
      ownWords: "Mine, here.",
    });
  });

  test("cannot decide what stands in CLAUDE.md", () => {
    const file = write(box.configDir, USER_FILE, "sessionBlock: true");
    write(box.configDir, "pact-hooks.md", "sessionBlock: true", "Not the team's.");
    expect(readProjectSettings(project)).toEqual({
      isWhole: true,
      settings: DEFAULT_SETTINGS,
      problems: [
        `${file} line 2: sessionBlock is not used: it decides what stands in CLAUDE.md, which is a team's setting. Move it to ${TEAM_FILE}.`,
      ],
    });
  });

  test("may be a link to anywhere", () => {
    const file = write(path.dirname(project), "dotfiles/pact.md", "lockTtlSeconds: 60");
    makeFolder(box.configDir);
    fs.symlinkSync(file, path.join(box.configDir, USER_FILE));
    expect(settingsOf(project).lockTtlSeconds).toBe(60);
  });

  test("that cannot be read is a problem, and the project's own settings still count", () => {
    makeFolder(box.configDir, USER_FILE);
    write(project, PERSONAL_FILE, "lockTtlSeconds: 60");
    const { settings, problems } = readProjectSettings(project);
    expect(settings.lockTtlSeconds).toBe(60);
    expect(problems).toEqual([expect.stringMatching(/is a folder.* Its settings are not used\.$/)]);
  });

  test.each([
    ["the home folder", "."],
    ["a folder below it, in a repository that holds it", "demo"],
  ])("is read once in %s", (_name, folder) => {
    const home = path.dirname(project);
    vi.stubEnv("CLAUDE_CONFIG_DIR", path.join(home, ".claude"));
    repository(home);
    write(home, PERSONAL_FILE, "lockTtlSeconds: 60\ncolour: red");
    const { settings, problems } = readProjectSettings(path.join(home, folder));
    expect(settings.lockTtlSeconds).toBe(60);
    expect(problems).toEqual([expect.stringContaining('unknown setting "colour"')]);
  });

  test("is found in the home folder without CLAUDE_CONFIG_DIR", () => {
    vi.stubEnv("CLAUDE_CONFIG_DIR", undefined);
    for (const name of ["HOME", "USERPROFILE"]) vi.stubEnv(name, path.dirname(project));
    write(path.dirname(project), PERSONAL_FILE, "lockTtlSeconds: 60");
    expect(settingsOf(project).lockTtlSeconds).toBe(60);
  });
});

describe("an option of the plugin", () => {
  test.each(["LOCKTTLSECONDS", "LOCK_TTL_SECONDS", "lockTtlSeconds", "lock_ttl_seconds"])(
    "counts under the name %s",
    (name) => {
      vi.stubEnv(`CLAUDE_PLUGIN_OPTION_${name}`, "60");
      expect(settingsOf(project)).toEqual({ ...DEFAULT_SETTINGS, lockTtlSeconds: 60 });
    },
  );

  test("counts after the project's and the user's own files", () => {
    vi.stubEnv("CLAUDE_PLUGIN_OPTION_LOCKTTLSECONDS", "60");
    vi.stubEnv("CLAUDE_PLUGIN_OPTION_LOCKTIMEOUTSECONDS", "0.5");
    expect(settingsOf(project)).toMatchObject({ lockTtlSeconds: 60, lockTimeoutSeconds: 0.5 });
    write(box.configDir, USER_FILE, "lockTtlSeconds: 70");
    expect(settingsOf(project)).toMatchObject({ lockTtlSeconds: 70, lockTimeoutSeconds: 0.5 });
    write(project, PERSONAL_FILE, "lockTtlSeconds: 80\nlockTimeoutSeconds: 2");
    expect(settingsOf(project)).toMatchObject({ lockTtlSeconds: 80, lockTimeoutSeconds: 2 });
  });

  test.each([
    ["ENABLED", "no", 'enabled must be true or false, not "no"'],
    ["ENABLED", "1", 'enabled must be true or false, not "1"'],
    ["LOCK_TTL_SECONDS", "0", 'lockTtlSeconds must be a number from 1 to 3600, not "0"'],
    ["LOCK_TTL_SECONDS", "soon", 'lockTtlSeconds must be a number from 1 to 3600, not "soon"'],
    ["LOCK_TTL_SECONDS", "true", 'lockTtlSeconds must be a number from 1 to 3600, not "true"'],
    ["LOCKTIMEOUTSECONDS", "20.5", 'lockTimeoutSeconds must be a number from 0 to 20, not "20.5"'],
    ["LOCKTIMEOUTSECONDS", "a\nb", 'lockTimeoutSeconds must be a number from 0 to 20, not "a\\nb"'],
  ])("%s with the wrong value %j is not used, and the problem says so", (name, value, problem) => {
    vi.stubEnv(`CLAUDE_PLUGIN_OPTION_${name}`, value);
    expect(readProjectSettings(project)).toEqual({
      isWhole: true,
      settings: DEFAULT_SETTINGS,
      problems: [`The plugin's option ${problem}; it is not used.`],
    });
  });

  test.each(["", " "])("that the user has left empty (%j) sets nothing", (value) => {
    for (const name of ["ENABLED", "LOCKTTLSECONDS", "LOCKTIMEOUTSECONDS"]) {
      vi.stubEnv(`CLAUDE_PLUGIN_OPTION_${name}`, value);
    }
    expect(settingsOf(project)).toEqual(DEFAULT_SETTINGS);
  });

  test.each(["SESSIONBLOCK", "SESSION_BLOCK", "ROUTINGBLOCK", "OWNWORDS", "PROJECTROUTING", "COLOUR", ""])(
    "named %s does not exist",
    (name) => {
      for (const value of ["true", "false"]) {
        vi.stubEnv(`CLAUDE_PLUGIN_OPTION_${name}`, value);
        expect(settingsOf(project)).toEqual(DEFAULT_SETTINGS);
      }
    },
  );
});

describe.each([TEAM_FILE, PERSONAL_FILE])("a link named %s", (name) => {
  test("that leads out of its folder is refused, and its text is not used", () => {
    const secret = write(path.dirname(project), "secret.md", "enabled: false", "top secret");
    makeFolder(project, ".claude");
    fs.symlinkSync(secret, path.join(project, name));
    const { settings, problems } = readProjectSettings(project);
    expect(settings).toEqual(DEFAULT_SETTINGS);
    expect(problems).toEqual([
      expect.stringMatching(/^\.claude\/pact-hooks.* is a link.* Its settings are not used\.$/),
    ]);
  });
});

test("reading the settings leaves no descriptor open", () => {
  write(project, PERSONAL_FILE, "", "mine");
  const before = fs.readdirSync("/dev/fd").length;
  expect(settingsOf(project).ownWords).toBe("mine");
  expect(fs.readdirSync("/dev/fd").length).toBe(before);
});

test("an error of the system is a whole sentence among the problems", () => {
  const { settings, problems } = readProjectSettings(`/${"x".repeat(300)}`);
  expect(settings).toEqual(DEFAULT_SETTINGS);
  expect(problems).toEqual(
    ["pact-hooks", "pact-hooks.local"].map((name) =>
      expect.stringMatching(
        new RegExp(`^\\.claude/${name}\\.md: ENAMETOOLONG: .*[^.]\\. Its settings are not used\\.$`),
      ),
    ),
  );
});

describe("in a session,", () => {
  const run = (env: NodeJS.ProcessEnv = {}) => {
    const answer = answerOf(runHook("sessionStart", payload("startup", box), box, env));
    const file = path.join(project, ".claude/CLAUDE.md");
    return { answer, text: fs.existsSync(file) ? fs.readFileSync(file, "utf8") : null };
  };

  test.each([
    ["the team's file", () => write(project, TEAM_FILE, "enabled: false"), {}],
    ["a personal file", () => write(project, PERSONAL_FILE, "enabled: false"), {}],
    ["the user's own file", () => write(box.configDir, USER_FILE, "enabled: false"), {}],
    ["the plugin's option", () => {}, { CLAUDE_PLUGIN_OPTION_ENABLED: "false" }],
  ])("enabled: false in %s leaves CLAUDE.md alone, and the session is still journaled", (_name, set, env) => {
    set();
    const { answer, text } = run(env);
    expect(text).toBeNull();
    expect(answer).toEqual({});
    expect(journalEvents(box)).toMatchObject([{ type: "session_start", claude_md: { outcome: "disabled" } }]);
  });

  test("the team's file turns the session block on, and the routing block off", () => {
    const plain = run().text;
    expect(plain).toContain("PACT_ROUTING_START");
    expect(plain).not.toContain("SESSION_START");
    write(project, TEAM_FILE, "sessionBlock: true\nroutingBlock: false");
    const { text } = run();
    expect(text).toContain("PACT_MEMORY_START");
    expect(text).toContain("SESSION_START");
    expect(text).not.toContain("PACT_ROUTING_START");
  });

  test("the team's words come into the routing block, and cannot break out of it", () => {
    write(project, TEAM_FILE, "", "Ask before deploying.\n<!-- PACT_ROUTING_END -->\n# free");
    const { text } = run();
    const routing = text?.slice(
      text.indexOf("<!-- PACT_ROUTING_START"),
      text.indexOf("<!-- PACT_ROUTING_END -->\n\n"),
    );
    expect(routing).toContain("Ask before deploying.");
    expect(routing).toContain("# free");
  });

  test("a person's words reach the model's context, and never CLAUDE.md", () => {
    write(project, PERSONAL_FILE, "", "I like tea.");
    const { answer, text } = run();
    expect(answer.hookSpecificOutput?.additionalContext).toContain("I like tea.");
    expect(text).toContain("PACT_ROUTING_START");
    expect(text).not.toContain("I like tea.");
  });

  test("the team's words do not stand in the context a second time", () => {
    write(project, TEAM_FILE, "", "Ask Ada.");
    expect(run().answer.hookSpecificOutput?.additionalContext).not.toContain("Ask Ada.");
  });

  test("a personal file sets the timeout of the lock", () => {
    write(project, PERSONAL_FILE, "lockTimeoutSeconds: 0");
    run();
    fs.rmSync(path.join(project, ".claude/.CLAUDE.md.lock"));
    fs.mkdirSync(path.join(project, ".claude/.CLAUDE.md.lock"));
    fs.rmSync(path.join(project, ".claude/CLAUDE.md"));
    run();
    expect(journalEvents(box).find((event) => event.type === "lock_fail_open")).toMatchObject({
      timeout_ms: 0,
    });
  });

  test.each([
    ["an unknown key", "---\ncolour: red\n---\n", /colour/],
    ["a wrong type", "---\n\nlockTtlSeconds: soon\n---\n", /line 3.*lockTtlSeconds/],
    ["a number out of range", "---\nlockTimeoutSeconds: 86400\n---\n", /line 2.*lockTimeoutSeconds/],
    ["a setting of the team's", "---\nsessionBlock: true\n---\n", /line 2.*sessionBlock is not used/],
    ["broken YAML", "---\nenabled: [\n---\n", /YAML/],
    ["JavaScript", "---js\nmodule.exports = {}\n---\n", /js/],
  ])(
    "a personal file with %s keeps the defaults, and the message names it and the problem",
    (_name, text, said) => {
      makeFolder(project, ".claude");
      fs.writeFileSync(path.join(project, PERSONAL_FILE), text);
      const { answer, text: written } = run();
      expect(answer.systemMessage).toContain(PERSONAL_FILE);
      expect(answer.systemMessage).toMatch(said);
      expect(written).toContain("PACT_MANAGED_START");
      expect(written).not.toContain("SESSION_START");
    },
  );

  test.each([TEAM_FILE, PERSONAL_FILE])("JavaScript in the front matter of %s never runs", (name) => {
    const trace = path.join(project, "ran");
    makeFolder(project, ".claude");
    fs.writeFileSync(
      path.join(project, name),
      `---js\nrequire("fs").writeFileSync(${JSON.stringify(trace)}, "")\n---\n`,
    );
    expect(run().answer.systemMessage).toContain('"js" is not supported');
    expect(fs.existsSync(trace)).toBe(false);
  });

  test("a settings file is optional, and no folder is created for one", () => {
    fs.writeFileSync(path.join(project, "CLAUDE.md"), "mine\n");
    run();
    const start = journalEvents(box).find((event) => event.type === "session_start");
    expect(start?.claude_md).not.toHaveProperty("message");
    expect(listing(project)).toEqual([".CLAUDE.md.lock", "CLAUDE.md"]);
  });
});
