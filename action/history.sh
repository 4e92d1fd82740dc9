#!/usr/bin/env bash
# Fetches the history that a shallow checkout lacks, and the branch that a pull request is meant for. What goes wrong here is
# told and passed over: `lockstep check` ends as incomplete where history is missing, and says what is to be done.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/common.sh"

folder=${GITHUB_WORKSPACE:-.}/${INPUT_PATH:-.}
export GIT_TERMINAL_PROMPT=0 GIT_HTTP_LOW_SPEED_LIMIT=1000 GIT_HTTP_LOW_SPEED_TIME=60

case ${INPUT_HISTORY:-full} in
  full) filter= ;;
  blobless) filter=--filter=blob:none ;;
  *) fail 'lockstep: history' "\`history\` must be full, blobless or none, and not $INPUT_HISTORY" ;;
esac

# In a job that runs in a container the workspace belongs to somebody else, and git refuses it. It is the one that this job
# has checked out.
case $(git -C "$folder" rev-parse --git-dir 2>&1 || true) in
  *'dubious ownership'*)
    top=$(cd "${GITHUB_WORKSPACE:-.}" && pwd -P)
    git config --global --add safe.directory "$top" \
      || annotate warning 'lockstep: another user owns the workspace' "git config --global --add safe.directory $top failed"
    ;;
esac

shallow=$(git -C "$folder" rev-parse --is-shallow-repository 2>/dev/null) || exit 0

# The token goes by way of the environment: it is written to no file. The empty value takes away a header that the checkout
# left behind; two of them are refused.
if [ -n "${INPUT_TOKEN:-}" ] && [ -n "${GITHUB_SERVER_URL:-}" ]; then
  header="AUTHORIZATION: basic $(printf 'x-access-token:%s' "$INPUT_TOKEN" | base64 | tr -d '\r\n')"
  export GIT_CONFIG_COUNT=2
  export GIT_CONFIG_KEY_0="http.$GITHUB_SERVER_URL/.extraheader" GIT_CONFIG_VALUE_0=
  export GIT_CONFIG_KEY_1="http.$GITHUB_SERVER_URL/.extraheader" GIT_CONFIG_VALUE_1="$header"
fi

wanted=()
if [ "$shallow" = true ]; then
  # By its id: the ref of a pull request may have moved since it was checked out.
  wanted+=(--unshallow)
  if [ -n "$filter" ]; then wanted+=("$filter"); fi
  wanted+=(origin "$(git -C "$folder" rev-parse HEAD)")
fi
base=${GITHUB_BASE_REF:-}
if [ -n "$base" ] && { [ "$shallow" = true ] || ! git -C "$folder" rev-parse --quiet --verify "refs/remotes/origin/$base" >/dev/null; }; then
  if [ "$shallow" != true ]; then wanted+=(origin); fi
  wanted+=("+refs/heads/$base:refs/remotes/origin/$base")
fi
if [ "${#wanted[@]}" -eq 0 ]; then
  exit 0
fi

# Git speaks of refs, which strangers name: nothing of it may be taken for a command of the workflow.
if ! told=$(git -C "$folder" fetch --quiet --no-tags --no-recurse-submodules --no-write-fetch-head "${wanted[@]}" 2>&1); then
  annotate warning 'lockstep: the history is not fetched' "git fetch: $told"
fi
