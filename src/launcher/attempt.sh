
job={{ directory | quote }}
run=$job/run{{ "/$index" if array }}
attempts={{ attempts }} # how often this job may run

stamp=$job/stamp{{ "-$index" if array }} # as old as what runs

say() { printf '%s job %s: %s\n' "$(date '+%F %T')" "$id" "$*"; }

# note KIND [ID [EXIT_CODE]]: a line in the record of this job, which `swath status` reads.
note() {
  printf '{"kind":"%s","id":"%s","index":%s,"host":"%s","time":%s%s}\n' "$1" "${2:-$id}" "${index:-null}" \
    "$HOSTNAME" "$(date +%s)" "${3:+,\"exit_code\":$3}" >>"$job/attempts.jsonl"
}

# Processes of this job that the kernel has killed for their memory.
memory_kills() {
  local group
  group=$(sed -n 's/^0:://p' /proc/self/cgroup)
  sed -n 's/^oom_kill //p' "/sys/fs/cgroup${group%%/step_*}/memory.events" 2>/dev/null || true
}

leave() {
  note ended "$id" "$1"
  exit "$1"
}

# again WHY: has this job run once more, from where it stopped.
again() {
  local made
  if [ -e "$job/cancelled" ]; then
    say "$1, as asked. To go on: swath resume {{ name }}"
    leave 75
  fi
  if [ "$attempt" -ge "$attempts" ]; then
    say "$1; attempt $attempt of $attempts was the last one. To go on: swath resume {{ name }}"
    leave 75
  fi
  say "$1; attempt $attempt of $attempts ends, the next one goes on from here"
  requeue || true
  if ! made=$(submit) || [ -z "$made" ]; then
    say "it can't be submitted from $HOSTNAME. To go on: swath resume {{ name }}"
    leave 75
  fi
  note resubmitted "$made"
  say "submitted again as $made"
  leave 0
}
{%- if after %}

# after CONDITION ID DIRECTORY: a job that this one waited for may have been submitted again; then this one waits again.
after() {
  local record=$3/attempts.jsonl last ended made
  last=$(sed -n 's/^{"kind":"\(first\|resumed\|resubmitted\)","id":"\([^"]*\)".*/\2/p' "$record" | tail -n 1)
  [ -n "$last" ] && [ "$last" != "$2" ] || return 0
  ended=$(sed -n 's/^{"kind":"ended","id":"'"$last"'".*"exit_code":\([0-9]*\)}$/\1/p' "$record" | tail -n 1)
  case $1:$ended in
    *:)
      dependency=$1:$last
      made=$(submit)
      note resubmitted "$made"
      say "waits as $made for job $last, as which $2 was submitted again"
      exit 0
      ;;
    afterok:0 | afterany:* | afternotok:[1-9]*) ;;
    *)
      say "job $last, as which $2 was submitted again, ended with exit code $ended"
      leave 1
      ;;
  esac
}
{%- for dependency in after %}
after {{ dependency.word }} {{ dependency.id | quote }} {{ dependency.directory | quote }}
{%- endfor %}
{%- endif %}

# Launchers pass signals on to the ranks: USR1 asks the run to stop, TERM ends it.
launcher=
signalled=
terminated=
trap 'signalled=1; [ -z "$launcher" ] || kill -USR1 "$launcher" || true' USR1
trap 'signalled=1; terminated=1; [ -z "$launcher" ] || kill -TERM "$launcher" || true' TERM INT

started=$(date +%s)
: >>"$job/attempts.jsonl"
attempt=$(awk -v index_="\"index\":${index:-null}," '
  match($0, /"id":"[^"]*"/) { id = substr($0, RSTART, RLENGTH) }
  # It may have started before whoever submitted it wrote that down.
  /"kind":"(first|resumed)"/ { count = seen[id] }
  /"kind":"started"/ && index($0, index_) { count++; seen[id]++ }
  END { print count + 1 }' "$job/attempts.jsonl")
note started
if [ "$attempt" -gt "$attempts" ]; then
  say "has run $attempts times already, which is all that it may. To go on: swath resume {{ name }}"
  leave 75
fi
say "attempt $attempt of $attempts on $HOSTNAME{{ " and others" if nodes > 1 }}"
cd {{ working_directory | quote }}
mkdir -p "$run"
{%- if modules or prologue %}

# Modules and lines of the user's may use variables that aren't set.
set +u
{%- if modules %}
# shellcheck source=/dev/null
command -v module >/dev/null || . /etc/profile
{%- for module in modules %}
module load {{ module | quote }}
{%- endfor %}
{%- endif %}
{%- for line in prologue %}
{{ line }}
{%- endfor %}
set -u
{%- endif %}

# Swath has threads of its own: libraries below it must not start theirs on the same cores.
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 BLIS_NUM_THREADS=1
{%- if array %}
export SWATH_ARRAY_INDEX="$index"
{%- endif %}
{%- for variable in environment %}
export {{ variable.name }}={{ variable.value | quote }}
{%- endfor %}

# The run stops in good order by its own clock, {{ margin_seconds }} s before the batch system ends this job.
end=$(job_end)
deadline=()
if [ -n "$end" ]; then
  deadline=(--deadline "$(date -u -d "@$((end - {{ margin_seconds }}))" +%Y-%m-%dT%H:%M:%SZ)")
fi

# Launchers may say 0 or 1 whatever happened to their ranks: what counts is how the run itself says that it ended.
rm -f "$run/outcome.json"
: >"$stamp"
kills_before=$(memory_kills)
{{ launch }}{{ swath | quote }} run --resume --run-dir "$run" --keep-run-dir --stop-file "$job/cancelled" \
  ${deadline[@]+"${deadline[@]}"} --grace {{ grace_seconds }}s --threads {{ threads }}{{ " --memory " ~ rank_memory_bytes if rank_memory_bytes }}{{ ' --scratch "' ~ scratch ~ '"' if scratch }}{% for word in run_arguments %} {{ word | quote }}{% endfor %} \
  "$job/script.py"{{ arguments }} &
launcher=$!
{%- if has_timer %}

# The second way to stop in time, beside the clock of the run.
timer=
if [ -n "$end" ]; then
  (
    trap 'kill "$sleeper"; exit' TERM
    sleep "$((end - {{ warning_seconds }} - $(date +%s)))" &
    sleeper=$!
    wait "$sleeper" && kill -USR1 "$launcher"
  ) >/dev/null 2>&1 &
  timer=$!
fi
{%- endif %}

# A signal ends `wait`, not the launcher.
while :; do
  signalled=
  status=0
  wait "$launcher" || status=$?
  [ -n "$signalled" ] || break
done
{%- if has_timer %}
[ -z "$timer" ] || kill "$timer" 2>/dev/null || true
{%- endif %}

ending=$(sed -n 's/.*"ending": *"\([a-z]*\)".*/\1/p' "$run/outcome.json" 2>/dev/null) || true
case $ending in
  finished)
    say "finished after $(($(date +%s) - started)) s"
{%- for line in epilogue %}
    {{ line }}
{%- endfor %}
    leave 0
    ;;
  drained) again "stopped in time" ;;
  failed)
    say "failed; see above"
    [ "$status" -ne 0 ] || status=1
    leave "$status"
    ;;
esac

# The run was cut off: by whoever ended this job, for its memory, or by a node that is gone.
[ "$status" -ne 0 ] || status=1
if [ -n "$terminated" ] || is_being_ended; then
  if [ -n "$end" ] && [ "$(date +%s)" -ge "$((end - {{ margin_seconds }}))" ]; then again "reached its end before it had stopped"; fi
  say "ended by request"
  leave 143
fi
lost=$(lost_nodes) || true
[ -z "$lost" ] || again "lost $lost"
kills=$(memory_kills)
if [ "${kills:-0}" -gt "${kills_before:-0}" ]; then
  say "killed for taking more memory than it was given: ask for more by --memory, or for fewer ranks on a node"
  leave "$status"
fi
case $status in
  132 | 134 | 135 | 136 | 139)
    say "crashed with exit code $status"
    leave "$status"
    ;;
esac
# A run that was killed without a word leaves its lock.
if [ "$ending" = interrupted ] || [ "$run/lock" -nt "$stamp" ]; then again "lost a rank"; fi
say "ended with exit code $status before it had begun; see above"
leave "$status"
