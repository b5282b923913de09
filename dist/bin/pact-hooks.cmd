@node "%~dp0pact-hooks" %*
