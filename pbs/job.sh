#!/bin/bash
# {{ name }}: swath run {{ command }}
#
# A job script for {{ "Torque" if is_torque else "PBS" }}, written by swath {{ version }}. It is submitted by:
#   {{ submission }}
# {{ ranks }} MPI rank{{ "s" if ranks != 1 }}, {{ ranks_per_node }} on {{ "each of " ~ nodes ~ " nodes" if nodes != 1 else "one node" }}; {{ threads }} core{{ "s" if threads != 1 }} and as many threads a rank.
#
#PBS -N {{ pbs_name }}
#PBS -S /bin/bash
{%- if is_torque %}
#PBS -l nodes={{ nodes }}:ppn={{ cores_per_node }}{{ ":" ~ constraint if constraint }}
{%- if memory_mib %}
#PBS -l mem={{ memory_mib * nodes }}mb
{%- endif %}
{%- if exclusive %}
#PBS -n
{%- endif %}
{%- else %}
#PBS -l select={{ nodes }}:ncpus={{ cores_per_node }}:mpiprocs={{ ranks_per_node }}:ompthreads={{ threads }}{{ ":mem=" ~ memory_mib ~ "mb" if memory_mib }}{{ ":" ~ constraint if constraint }}
#PBS -l place=scatter{{ ":exclhost" if exclusive }}
{%- endif %}
{%- if walltime %}
#PBS -l walltime={{ walltime }}
{%- endif %}
{%- if account %}
#PBS {{ account_option }} {{ account | quote }}
{%- endif %}
{%- if queue %}
#PBS -q {{ queue | quote }}
{%- endif %}
{%- if qos %}
#PBS -l qos={{ qos | quote }}
{%- endif %}
{%- if array %}
#PBS {{ "-t" if is_torque else "-J" }} {{ array }}
{%- endif %}
{%- if mail %}
#PBS -M {{ mail.address | quote }}
#PBS -m {{ mail.letters }}
{%- endif %}
# Output goes to {{ log_directory }}; what comes before the redirection below, here:
#PBS -j oe
#PBS -o {{ log_directory | quote }}/
#PBS -r {{ "y" if attempts > 1 or array else "n" }}
{%- for directive in directives %}
#PBS {{ directive }}
{%- endfor %}

# shellcheck disable=SC2016 # the user's words are taken as they are
set -euo pipefail

id=$PBS_JOBID
{%- if array %}
# Submitted again, an index of the array is a job of its own.
index=${SWATH_ARRAY_INDEX:-{{ "${PBS_ARRAYID:-}" if is_torque else "${PBS_ARRAY_INDEX:-}" }}}
{%- else %}
index=
{%- endif %}

# PBS keeps output until the job ends; written there by this shell, it can be followed.
exec >>{{ log_directory | quote }}/"$id".out 2>&1

# Whether what a command has said leaves open what has come of it.
is_no_answer() { [[ ${1,,} == *@({{ uncertain }})* ]]; }

# Puts this script into the queue again, behind what it waits for, and prints its new id. Without an answer, it may be there
# all the same, or get there in a moment.
dependency=
submit() {
  local said made other with code=0 script=$job/job{{ '-$index' if array }}.sh
{%- if array %}
  grep -v '^#PBS {{ "-t" if is_torque else "-J" }} ' "$job/job.sh" >"$script"
{%- endif %}
  said=$(qsub{{ ' -v SWATH_ARRAY_INDEX="$index"' if array }} ${dependency:+-W "depend=$dependency"} "$script" 2>&1) || code=$?
  if [ "$code" -eq 0 ] && made=$(grep -E '^[0-9][][0-9A-Za-z._-]*$' <<<"$said"); then
    tail -n 1 <<<"$made"
    return
  fi
  printf '%s\n' "$said" >&2
  # Taken, it is there, whatever hides its id.
  [ "$code" -eq 0 ] || is_no_answer "$said" || return 1
  for _ in 1 2 3; do
    sleep 5
    for other in $(qselect -u "$(id -un)" 2>/dev/null); do
      ! grep -F "\"$other\"" "$job/attempts.jsonl" >/dev/null || continue
      # Long lines go on behind a tab. The script comes last.
      with=$(qstat -f "$other" 2>/dev/null | sed -z 's/\n\t//g' | grep -iE '^ *submit_arg(ument)?s = ') || true
      if [[ $with == *[\ \"\']"$script"*([\"\']) ]]; then
        echo "$other"
        return
      fi
    done
  done
  return 1
}

# Under PBS only operators may have a job queued again.
requeue() { return 1; }

# When PBS will end this job, in seconds since 1970.
job_end() {
{%- if walltime_seconds %}
  echo "$((started + {{ walltime_seconds }}))"
{%- else %}
  # The queue's own walltime.
  qstat -f "$PBS_JOBID" 2>/dev/null | awk -v started="$started" '
    $1 == "Resource_List.walltime" {
      count = split($3, part, ":")
      for (at = 1; at <= count; at++) seconds = seconds * 60 + part[at]
      print started + seconds
    }' || true
{%- endif %}
}

# Nodes of this job that no longer answer.
lost_nodes() {
  pbsnodes -l 2>/dev/null | awk '$2 ~ /down|unknown/ { sub(/[.].*/, "", $1); print $1 }' |
    grep -xFf <(sed 's/[.].*//' "$PBS_NODEFILE" | sort -u) | xargs
}

# Whether a node has run out of memory: PBS says so in this job's output only.
ran_out_of_memory() { return 1; }

# Whether PBS is ending this job: it tells this shell, too, by a signal.
is_being_ended() { return 1; }
{% include "attempt.sh" %}
