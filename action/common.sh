# shellcheck shell=bash
# What the scripts of the action have in common. Sourced by them; bash 3.2, which macOS has, has to understand it.

# One line for the log that GitHub shows as an annotation: kind, title, message.
annotate() {
  printf '::%s title=%s::%s\n' "$1" "$(escape_property "$2")" "$(escape "$3")"
}

# Ends the step with an error.
fail() {
  annotate error "$1" "$2"
  exit 2
}

escape() {
  local text=${1//'%'/'%25'}
  text=${text//$'\r'/'%0D'}
  printf '%s' "${text//$'\n'/'%0A'}"
}

escape_property() {
  local text
  text=$(escape "$1")
  text=${text//:/'%3A'}
  printf '%s' "${text//,/'%2C'}"
}

# An output of the step. A value of several lines would be read as further outputs: it is refused.
output() {
  case $2 in
    *$'\n'* | *$'\r'*) fail 'lockstep' "the value of $1 has a line end in it" ;;
  esac
  printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"
}

# What prints sha256 sums: of the files that are named, else of what comes in.
digest=(sha256sum)
command -v sha256sum >/dev/null || digest=(shasum -a 256)

# The sha256 sum of a file, as hexadecimal digits.
sha256() {
  "${digest[@]}" <"$1" | cut -d ' ' -f 1
}

# The runner's temporary folder, for the scripts. On Windows it comes with backslashes, which not all that follows would take.
# shellcheck disable=SC2034
temp=${RUNNER_TEMP//\\//}
