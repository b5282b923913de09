/** The version in package.json, put in by the build. */
declare const PACT_HOOKS_VERSION: string;
