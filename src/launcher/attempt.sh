
job={{ directory | quote }}
run=$job/run{{ "/$index" if array }}
attempts={{ attempts }} # how often this job may run

stamp=$job/stamp{{ "-$index" if array }} # as old as what runs
stuck=$job/stuck{{ "-$index" if array }} # there where a rank was lost and nothing was finished
{%- if after %}
waited=$job/waited{{ "-$index" if array }} # ids that it has waited for
{%- endif %}

say() { printf '%s job %s: %s\n' "$(date '+%F %T')" "$id" "$*"; }

# note KIND [ID [EXIT_CODE [WHY]]]: a line in the record of this job, which `swath status` reads.
note() {
  printf '{"kind":"%s","id":"%s","index":%s,"host":"%s","time":%s%s%s}\n' "$1" "${2:-$id}" "${index:-null}" \
    "$HOSTNAME" "$(date +%s)" "${3:+,\"exit_code\":$3}" "${4:+,\"why\":\"$4\"}" >>"$job/attempts.jsonl"
}

# leave EXIT_CODE [WHY]
leave() {
  is_noted=1
  note ended "$id" "$1" "${2:-}"
  exit "$1"
}

# Whatever ends this script, its record says so.
doing="its beginning"
is_noted=
# shellcheck disable=SC2317 # called by the trap
at_exit() {
  local code=$?
  [ -z "$is_noted" ] || return 0
  # Without its run, it hasn't succeeded.
  [ "$code" -ne 0 ] || code=1
  say "ended with exit code $code in $doing; see above"
  leave "$code" "ended in $doing"
}
trap at_exit EXIT

# Processes of this job that the kernel has killed for their memory, on this node.
memory_kills() {
  local group
  group=$(sed -n 's/^0:://p' /proc/self/cgroup)
  sed -n 's/^oom_kill //p' "/sys/fs/cgroup${group%%/step_*}/memory.events" 2>/dev/null || true
}

# The output of this script, and what Slurm and PBS write there when that happens on any node.
output=$(readlink "/proc/$$/fd/1") || true
output_bytes() { 2>/dev/null wc -c <"$output" || echo 0; }
told_of_memory_kills() {
  local lines
  # All of it is read: who stops at the first match ends `tail` by a signal.
  lines=$(tail -c "+$(($1 + 1))" "$output" 2>/dev/null |
    grep -cE '(slurmstepd|srun): .*(oom.kill|Out Of Memory)|Cgroup mem(ory|sw)? limit exceeded') || true
  [ "${lines:-0}" -gt 0 ]
}

# What the run has finished, in bytes of its journal.
journal_bytes() { 2>/dev/null wc -c <"$run/journal" || echo 0; }

# again WHY: has this job run once more, from where it stopped.
again() {
  local made
  if [ -e "$job/cancelled" ]; then
    say "$1, as asked. To go on: swath resume {{ name }}"
    leave 75
  fi
  if [ "$attempt" -ge "$attempts" ]; then
    say "$1; attempt $attempt of $attempts was the last one. To go on: swath resume {{ name }}"
    leave 75 "$1; attempt $attempt of $attempts was the last one"
  fi
  say "$1; attempt $attempt of $attempts ends, the next one goes on from here"
  requeue || true
  if ! made=$(submit) || [ -z "$made" ]; then
    say "it can't be submitted from $HOSTNAME. To go on: swath resume {{ name }}"
    leave 75 "$1, and can't be submitted from $HOSTNAME"
  fi
  note resubmitted "$made"
  say "submitted again as $made"
  leave 0
}

# lost_a_rank: the same, unless nothing was finished since that happened before: then it would happen again.
lost_a_rank() {
  if [ "$(journal_bytes)" -gt "$journal_before" ] ||
    [ -n "$(find "$run/values" "$run/partials" -type f -newer "$stamp" -print -quit 2>/dev/null)" ]; then
    rm -f "$stuck"
  elif [ -e "$stuck" ]; then
    rm -f "$stuck"
    say "lost a rank twice, and got no further in between: it isn't tried again"
    leave "$status" "lost a rank twice, and got no further in between"
  else
    : >"$stuck"
  fi
  again "lost a rank"
}
{%- if after %}

# after CONDITION ID DIRECTORY JOBS: what this job waited for, of an array so many jobs, may have been submitted again, all or
# some of it, under other ids. Then this job waits for those, once for each id. What is to fail has failed where not all of
# it has ended well.
after() {
  local condition=$1 other code made ids='' succeeded=0 failed=''
  while read -r other code; do
    case $code in
      -) grep -qxF -- "$other" "$waited" 2>/dev/null || ids+=:$other ;;
      0) succeeded=$((succeeded + 1)) ;;
      *) failed=$other ;;
    esac
  done < <(awk -F '[",:{}]+' -v first="$2" -v jobs="$4" '
    # What follows is of a new life of the job, unless that is refused.
    $3 == "submitting" { split("", was); for (at in last) was[at] = last[at]; split("", last); is_asked = 1; next }
    $3 == "refused" { if (is_asked) for (at in was) last[at] = was[at]; is_asked = 0; next }
    # It may have started, and more, before whoever submitted it writes down its id.
    $3 == "first" || $3 == "resumed" {
      if (!is_asked) split("", last)
      if (!("null" in last)) last["null"] = $5
      is_asked = 0
    }
    $3 == "resubmitted" { last[$7] = $5 }
    $3 == "started" && $7 == "null" && !($5 in seen) { last["null"] = $5 }
    $3 == "started" && $7 != "null" && !("null" in last) {
      array = $5
      if (sub("_" $7 "$", "", array) || sub("[[]" $7 "]", "[]", array)) last["null"] = array
    }
    $3 == "ended" { code[$5] = $13; place[$5] = $7 }
    { seen[$5] }
    END {
      if (!("null" in last)) last["null"] = first
      base = last["null"]
      for (id in code) {
        at = place[id]
        element = base
        sub(/\[\]/, "[" at "]", element)
        if (!(at in last) && (id == element || id == base "_" at)) last[at] = id
      }
      # Of an array all of whose jobs are known, those count.
      counted = -1
      for (at in last) counted++
      if (counted > 0 && counted >= jobs) delete last["null"]
      for (at in last) {
        id = (last[at] in code) ? last[at] : last[at] "_" at
        if (id in code) print id, code[id]
        else if (last[at] != first) print last[at], "-"
      }
    }
  ' "$3/attempts.jsonl")
  if [ -n "$ids" ]; then
    # Whether it has failed is for this script to see.
    [ "$condition" != afternotok ] || condition=afterany
    dependency=$condition$ids
    if ! made=$(submit) || [ -z "$made" ]; then
      say "job $2 was submitted again as ${ids#:}, and this job can't wait for that. To run without waiting: swath resume {{ name }}"
      leave 75 "can't wait for ${ids#:}, as which $2 was submitted again"
    fi
    tr : '\n' <<<"${ids#:}" >>"$waited"
    note resubmitted "$made"
    say "waits as $made for ${ids#:}, as which $2 was submitted again"
    is_noted=1
    exit 0
  fi
  if [ "$1" = afterok ] && [ -n "$failed" ]; then
    say "job $failed, which it waited for as $2, ended with an error"
    leave 1 "job $failed, which it waited for, ended with an error"
  elif [ "$1" = afternotok ] && [ "$succeeded" -ge "$4" ]; then
    say "job $2 ended without an error, and this one is for when it fails"
    leave 1 "job $2, whose failure it waited for, ended without an error"
  fi
}
{%- for dependency in after %}
after {{ dependency.word }} {{ dependency.id | quote }} {{ dependency.directory | quote }} {{ dependency.jobs }}
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
# Counted from when the user last submitted it.
attempt=$(awk -F '[",:{}]+' -v index_="${index:-null}" '
  $3 == "submitting" { count = 0 }
  $3 == "started" && $7 == index_ { count++ }
  END { print count + 1 }' "$job/attempts.jsonl")
note started
if [ "$attempt" -gt "$attempts" ]; then
  say "has run $attempts times already, which is all that it may. To go on: swath resume {{ name }}"
  leave 75 "has run $attempts times already"
fi
say "attempt $attempt of $attempts on $HOSTNAME{{ " and others" if nodes > 1 }}"
doing="going to its directory"
cd {{ working_directory | quote }}
mkdir -p "$run"
{%- if modules %}

# Profiles and modules may use variables that aren't set, and commands that fail.
doing="loading its modules"
set +eu
# shellcheck source=/dev/null
command -v module >/dev/null || . /etc/profile
{%- for module in modules %}
module load {{ module | quote }} || { say there is no module {{ module | quote }} here; leave 1 "a module isn't there"; }
{%- endfor %}
set -eu
{%- endif %}
{%- if prologue %}

# The user's lines may use variables that aren't set; one that fails ends the job.
doing="its prologue"
set +u
{%- for line in prologue %}
{{ line }}
{%- endfor %}
set -u
{%- endif %}
{%- if epilogue %}

# After a run that has finished.
epilogue() {
{%- for line in epilogue %}
  {{ line }}
{%- endfor %}
}
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
if [ -z "$end" ]; then
  say "nothing says when this job will be ended, so it can't stop in time: name a walltime by --time"
elif [ "$(date +%s)" -ge "$((end - {{ margin_seconds }}))" ]; then
  again "had no time left to begin"
else
  deadline=(--deadline "$(date -u -d "@$((end - {{ margin_seconds }}))" +%Y-%m-%dT%H:%M:%SZ)")
fi

{%- if starts_by_pbs %}

# An Open MPI that was built without PBS (Debian's is) finds its hosts in a file, and starts ranks there by pbs_tmrsh, which
# knows no shell. What starts ranks in Open MPI 5 is PRRTE, which has a command and variables of its own.
knows_pbs() {
  { ompi_info --parsable || true; prte_info --parsable || true; } 2>/dev/null | grep :plm:tm: >/dev/null
}
hosts=()
if command -v pbs_tmrsh >/dev/null && command -v ompi_info >/dev/null && ! knows_pbs; then
  # shellcheck disable=SC2016 # for that shell to expand
  printf '%s\n' '#!/bin/sh' 'host=$1' shift 'exec pbs_tmrsh "$host" /bin/sh -c "$*"' >"$job/start-on"
  chmod 700 "$job/start-on"
  export OMPI_MCA_plm_rsh_agent=$job/start-on PRTE_MCA_plm_ssh_agent=$job/start-on
  hosts=(--hostfile "$PBS_NODEFILE")
fi
{%- endif %}

if [ -n "$terminated" ]; then
  say "ended by request before it had begun"
  leave 143
fi

# Launchers may say 0 or 1 whatever happened to their ranks: what counts is how the run itself says that it ended.
rm -f "$run/outcome.json"
: >"$stamp"
kills_before=$(memory_kills)
output_before=$(output_bytes)
journal_before=$(journal_bytes)
doing="its run"
{{ launch }}{{ '${hosts[@]+"${hosts[@]}"} ' if starts_by_pbs }}{{ swath | quote }} run --resume --run-dir "$run" --keep-run-dir --await-run-dir --stop-file "$job/cancelled" \
  ${deadline[@]+"${deadline[@]}"} --grace {{ grace_seconds }}s --threads {{ threads }}{{ " --memory " ~ rank_memory_bytes if rank_memory_bytes }}{{ ' --scratch "' ~ scratch ~ '"' if scratch }}{% for word in run_arguments %} {{ word | quote }}{% endfor %} \
  "$job/script.py"{{ arguments }} &
launcher=$!
{%- if has_timer %}

# The second way to stop in time, beside the clock of the run.
timer=
seconds=$((${end:-0} - {{ warning_seconds }} - $(date +%s)))
if [ "$seconds" -gt 0 ]; then
  (
    trap 'kill "$sleeper"; exit' TERM
    sleep "$seconds" &
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
doing="what follows its run"
case $ending in
  finished)
    say "finished after $(($(date +%s) - started)) s"
    rm -f "$stuck"
{%- if epilogue %}
    # What fails here takes nothing back.
    set +eu
    (epilogue) || say "its epilogue ended with exit code $?"
{%- endif %}
    leave 0
    ;;
  drained)
    rm -f "$stuck"
    again "stopped in time"
    ;;
esac

[ "$status" -ne 0 ] || status=1
lost=$(lost_nodes) || true
if [ "$ending" = failed ] && [ -z "$lost" ]; then
  say "failed; see above"
  leave "$status"
fi

# The run was cut off: by whoever ended this job, for its memory, or by a node that is gone.
if [ -n "$terminated" ] || is_being_ended; then
  if [ -n "$end" ] && [ "$(date +%s)" -ge "$((end - {{ margin_seconds }}))" ]; then again "reached its end before it had stopped"; fi
  say "ended by request"
  leave 143
fi
[ -z "$lost" ] || again "lost $lost"
kills=$(memory_kills)
if [ "${kills:-0}" -gt "${kills_before:-0}" ] || told_of_memory_kills "$output_before" || ran_out_of_memory; then
  say "killed for taking more memory than it was given: ask for more by --memory, or for fewer ranks on a node"
  leave "$status" "killed for taking more memory than it was given"
fi
case $status in
  132 | 134 | 135 | 136 | 139)
    say "crashed with exit code $status"
    leave "$status" "crashed with signal $((status - 128))"
    ;;
esac
# A run that was killed without a word leaves its lock.
if [ "$ending" = interrupted ] || [ "$run/lock" -nt "$stamp" ]; then lost_a_rank; fi
say "ended with exit code $status before it had begun; see above"
leave "$status" "ended with exit code $status before its run had begun"
