#!/usr/bin/env bash
# Runs `lockstep check`: annotations in the log, the report in the job's summary, files for the steps that follow. The step
# itself succeeds; a later one fails the job, so that SARIF is uploaded before.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/common.sh"

reports=$(mktemp -d "$temp/lockstep-report-XXXXXX")
arguments=(check "${INPUT_PATH:-.}" --no-progress --format github)
arguments+=(--report "json=$reports/lockstep.json" --report "sarif=$reports/lockstep.sarif")
if [ "${INPUT_SUMMARY:-true}" = true ] && [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
  arguments+=(--report "markdown=$GITHUB_STEP_SUMMARY")
fi
case ${INPUT_BASE:-} in
  auto)
    case ${GITHUB_EVENT_NAME:-} in
      pull_request | pull_request_target | merge_group) arguments+=(--base auto) ;;
    esac
    ;;
  ?*) arguments+=(--base "$INPUT_BASE") ;;
esac
# Words, as the input says: no wildcard is expanded.
set -f
# shellcheck disable=SC2206
more=(${INPUT_ARGS:-})
set +f

code=0
(cd "${GITHUB_WORKSPACE:-.}" && "$LOCKSTEP" "${arguments[@]}" ${more[@]+"${more[@]}"}) 2>"$reports/told" || code=$?

case $code in
  0) verdict=passed ;;
  1) verdict=denied ;;
  3) verdict=incomplete ;;
  *) verdict=failed ;;
esac
# Of a run that failed nothing but this is told, and nobody reads the log: it becomes an annotation, without its colours.
if [ "$verdict" = failed ]; then
  told=$(sed $'s/\033\\[[0-9;]*m//g' "$reports/told")
  annotate error 'lockstep: nothing was checked' "${told:-lockstep ended with exit code $code, and said nothing}"
else
  cat "$reports/told" >&2
fi
output verdict "$verdict"
output exit-code "$code"
if [ -s "$reports/lockstep.json" ]; then
  # The three counts of the summary, which is indented by two blanks.
  output findings "$(sed -En '/^  "summary": \{/,/^  \}/ s/^    "(errors|warnings|notes)": ([0-9]+),?$/\2/p' "$reports/lockstep.json" \
    | awk '{ sum += $1 } END { print sum + 0 }')"
  output report "$reports/lockstep.json"
fi
if [ -s "$reports/lockstep.sarif" ]; then
  output sarif-file "$reports/lockstep.sarif"
fi
