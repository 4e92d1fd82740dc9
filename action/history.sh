#!/usr/bin/env bash
# Fetches the history that a shallow checkout lacks, and what a change is told from: the branch that a pull request is meant
# for, or the base that the workflow names. What goes wrong here is told and passed over: `lockstep check` ends as incomplete
# where history is missing, and says what is to be done.
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

# In a job that runs in a container the workspace belongs to somebody else, and git refuses the repository. It is one that this
# job has checked out, there or below it: a repository outside of the workspace is none of it.
repository() {
  local workspace top
  workspace=$(cd "${GITHUB_WORKSPACE:-.}" && pwd -P)
  top=$(cd "$folder" && pwd -P)
  while [ "$top" != "$workspace" ] && [ ! -e "$top/.git" ]; do
    case $top in
      "$workspace"/*) top=${top%/*} ;;
      *) return 1 ;;
    esac
  done
  case $top in "$workspace" | "$workspace"/*) printf '%s' "$top" ;; *) return 1 ;; esac
}

case $(git -C "$folder" rev-parse --git-dir 2>&1 || true) in
  *'dubious ownership'*)
    if top=$(repository); then
      git config --global --add safe.directory "$top" \
        || annotate warning 'lockstep: another user owns the workspace' "git config --global --add safe.directory $top failed"
    fi
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

# Git speaks of refs, which strangers name: nothing of it may be taken for a command of the workflow.
bring() {
  told=$(git -C "$folder" fetch --quiet --no-tags --no-recurse-submodules --no-write-fetch-head "$@" 2>&1)
}

not_fetched() {
  annotate warning "lockstep: the $1 is not fetched" "git fetch: $told"
}

# Whether a revision is here.
known() {
  git -C "$folder" rev-parse --quiet --verify "$1^{commit}" >/dev/null 2>&1
}

named=${INPUT_BASE-auto}
base=
if [ "$named" = auto ]; then base=${GITHUB_BASE_REF:-}; fi
wanted=()
if [ "$shallow" = true ]; then
  # By its id: the ref of a pull request may have moved since it was checked out.
  wanted+=(--unshallow)
  if [ -n "$filter" ]; then wanted+=("$filter"); fi
  wanted+=(origin "$(git -C "$folder" rev-parse HEAD)")
fi
if [ -n "$base" ] && { [ "$shallow" = true ] || ! known "refs/remotes/origin/$base"; }; then
  if [ "$shallow" != true ]; then wanted+=(origin); fi
  wanted+=("+refs/heads/$base:refs/remotes/origin/$base")
fi
if [ "${#wanted[@]}" -gt 0 ]; then
  bring "${wanted[@]}" || not_fetched history
fi

# The base that the workflow names, where the history did not bring it: a commit by its whole id, a branch or a tag.
case $named in '' | auto | -*) exit 0 ;; esac
if known "$named" || known "refs/remotes/origin/$named"; then exit 0; fi
case $named in
  *[!0-9a-f]*) ;;
  *)
    if [ "${#named}" -ge 40 ]; then
      bring origin "$named" || not_fetched base
      exit 0
    fi
    ;;
esac
named=${named#refs/remotes/}
named=${named#origin/}
bring origin "+refs/heads/$named:refs/remotes/origin/$named" || not_branch=$told
if [ -n "${not_branch:-}" ] && ! bring origin "+refs/tags/$named:refs/tags/$named"; then
  told=$not_branch
  not_fetched base
fi
