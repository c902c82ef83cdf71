#!/usr/bin/env bash
# Runs one command of rbk and passes on what it says: log, annotations, job summary, outputs, exit code.
set -euo pipefail

die() {
  printf '::error title=rbk::%s\n' "$1"
  echo 'verdict=usage' >>"$GITHUB_OUTPUT"
  exit 2
}

# Lines of an input as words, without what a shell would make of them.
words() {
  local line
  while IFS= read -r line; do
    [ -z "$line" ] || arguments+=("$line")
  done <<<"$1"
}

sha256_of() {
  if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1
}

reports=$(mktemp -d "$RUNNER_TEMP/rbk-report.XXXXXXXX")
arguments=()
findings=false
commands=false
case "$RBK_COMMAND" in
  check | lint)
    findings=true
    arguments+=("--format=$RBK_FORMAT" "--fail-on=$RBK_FAIL_ON")
    arguments+=("--report=sarif=$reports/rbk.sarif" "--report=json=$reports/rbk.json" "--report=markdown=$reports/summary.md")
    [ -z "$RBK_BASE" ] || arguments+=("--base=$RBK_BASE")
    ;;
  diff) arguments+=("${RBK_BASE:-auto}") ;;
  review)
    commands=true
    arguments+=("--format=$RBK_FORMAT" "--out=$reports/review")
    ;;
  bundle) arguments+=(build "--out=$reports/bundle") ;;
  test | fmt) ;;
  *) die "command is none of check, lint, test, fmt, diff, review, bundle" ;;
esac
words "$RBK_ARGUMENTS"
words "$RBK_PATHS"

if [ "$RBK_COMMAND" = bundle ] && [ "$RBK_EVIDENCE" = true ]; then
  if ! "$RBK_BINARY" approvals facts --out "$reports/records.jsonl"; then
    echo 'verdict=error' >>"$GITHUB_OUTPUT"
    exit 3
  fi
  arguments+=("--records=$reports/records.jsonl")
fi
# A token is for the one command that needs it.
[ "$RBK_COMMAND" = review ] || unset RBK_GITHUB_TOKEN

code=0
# What the log shows may hold text of a pull request; it is no command unless rbk wrote it as one.
if { [ "$findings" = true ] || [ "$commands" = true ]; } && [ "$RBK_FORMAT" = github ]; then
  "$RBK_BINARY" "$RBK_COMMAND" "${arguments[@]}" || code=$?
else
  stop="rbk-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
  echo "::stop-commands::$stop"
  "$RBK_BINARY" "$RBK_COMMAND" ${arguments[@]+"${arguments[@]}"} || code=$?
  echo "::$stop::"
fi

case $code in
  0) verdict=clean ;;
  1) verdict=findings ;;
  2) verdict=usage ;;
  *) verdict=error ;;
esac
echo "verdict=$verdict" >>"$GITHUB_OUTPUT"
if [ -d "$reports/review" ]; then
  echo "report=$reports/review" >>"$GITHUB_OUTPUT"
fi
if [ -f "$reports/rbk.json" ]; then
  counted=$(sed -nE 's/^ *"(errors|warnings|infos)": ([0-9]+),?$/\2/p' "$reports/rbk.json" | awk '{sum += $1} END {print sum + 0}')
  echo "findings=$counted" >>"$GITHUB_OUTPUT"
  echo "report=$reports/rbk.sarif" >>"$GITHUB_OUTPUT"
fi
if [ "$RBK_COMMAND" = diff ] && [ "$code" -lt 2 ]; then
  "$RBK_BINARY" diff "${arguments[@]}" --format=markdown >"$reports/summary.md" || true
fi
if [ -s "$reports/summary.md" ]; then
  # A job summary may have 1 MiB.
  head -c 1000000 "$reports/summary.md" >>"$GITHUB_STEP_SUMMARY"
fi
if [ "$code" = 0 ] && [ -f "$reports/bundle/index.json" ]; then
  echo "bundle=$reports/bundle" >>"$GITHUB_OUTPUT"
  echo "bundle-digest=sha256:$(sha256_of "$reports/bundle/index.json")" >>"$GITHUB_OUTPUT"
fi
exit "$code"
