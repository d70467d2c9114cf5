#!/bin/bash
# {{ name }}: swath run {{ command }}
#
# A job script for Slurm, written by swath {{ version }}. It is submitted by:
#   {{ submission }}
# {{ ranks }} MPI rank{{ "s" if ranks != 1 }}, {{ ranks_per_node }} on {{ "each of " ~ nodes ~ " nodes" if nodes != 1 else "one node" }}; {{ threads }} core{{ "s" if threads != 1 }} and as many threads a rank.
#
#SBATCH --job-name={{ name }}
#SBATCH --nodes={{ nodes }}
#SBATCH --ntasks-per-node={{ ranks_per_node }}
#SBATCH --cpus-per-task={{ threads }}
{%- if memory_mib %}
#SBATCH --mem={{ memory_mib }}M
{%- elif exclusive %}
#SBATCH --mem=0
{%- endif %}
{%- if walltime %}
#SBATCH --time={{ walltime }}
{%- endif %}
{%- if exclusive %}
#SBATCH --exclusive
{%- endif %}
{%- if account %}
#SBATCH --account={{ account | quote }}
{%- endif %}
{%- if queue %}
#SBATCH --partition={{ queue | quote }}
{%- endif %}
{%- if qos %}
#SBATCH --qos={{ qos | quote }}
{%- endif %}
{%- if constraint %}
#SBATCH --constraint={{ constraint | quote }}
{%- endif %}
{%- if array %}
#SBATCH --array={{ array }}
{%- endif %}
{%- if mail %}
#SBATCH --mail-user={{ mail.address | quote }}
#SBATCH --mail-type={{ mail.events | map("upper") | join(",") }}
{%- endif %}
#SBATCH --output={{ log_directory | quote }}/{{ "%A_%a" if array else "%j" }}.out
#SBATCH --open-mode=append
#SBATCH --{{ "requeue" if attempts > 1 else "no-requeue" }}
# Some time before its end, this shell is told; beside the clock of the run itself.
#SBATCH --signal=B:USR1@{{ warning_seconds }}
# Nothing of the submitting shell comes along but what is set below.
#SBATCH --export=NONE
{%- for directive in directives %}
#SBATCH {{ directive }}
{%- endfor %}

# shellcheck disable=SC2016 # the user's words are taken as they are
set -euo pipefail

# The ranks get what this shell has, although this shell got nothing.
export SLURM_EXPORT_ENV=ALL

id={{ "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID" if array else "$SLURM_JOB_ID" }}
index={{ "$SLURM_ARRAY_TASK_ID" if array }}

# Whether what a command has said leaves open what has come of it.
is_no_answer() { [[ ${1,,} == *@({{ uncertain }})* ]]; }

# Puts this script into the queue again, behind what it waits for, and prints its new id. Without an answer, it may be there
# all the same, or get there in a moment.
dependency=
submit() {
  local said made at script code=0
  said=$(sbatch --parsable{{ ' --array="$index"' if array }} ${dependency:+"--dependency=$dependency"} "$job/job.sh" 2>&1) || code=$?
  if [ "$code" -eq 0 ] && made=$(grep -xE '[0-9]+(;.*)?' <<<"$said"); then
    echo "${made%%;*}"
    return
  fi
  printf '%s\n' "$said" >&2
  # Taken, it is there, whatever hides its id.
  [ "$code" -eq 0 ] || is_no_answer "$said" || return 1
  for _ in 1 2 3; do
    sleep 5
    while IFS='|' read -r made at script; do
      if [ "$script" = "$job/job.sh" ] && [ "$at" = "${index:-N/A}" ] && ! grep -F "\"$made\"" "$job/attempts.jsonl" >/dev/null; then
        echo "$made"
        return
      fi
    done < <(squeue --noheader --me --all --format='%F|%K|%o' 2>/dev/null)
  done
  return 1
}

# Queues this very job again, so that its id stays and those that wait for it go on waiting. Slurm ends this shell then.
# Where the controller gives no answer, it may do so all the same in a while.
requeue() {
  local said since=$SECONDS
  note requeued
  trap 'is_noted=1; exit 0' TERM
  if said=$(scontrol requeue "$id" 2>&1); then
    while :; do sleep 60 || true; done
  fi
  printf '%s\n' "$said"
  if is_no_answer "$said"; then
    while [ $((SECONDS - since)) -lt 60 ]; do sleep 5 || true; done
  fi
  trap 'terminated=1' TERM
  return 1
}

# When Slurm will end this job, in seconds since 1970.
job_end() {
  local told=${SLURM_JOB_END_TIME:-}
  if [ -z "$told" ]; then
    told=$(scontrol show job --oneliner "$SLURM_JOB_ID" 2>/dev/null | grep -o ' EndTime=[^ ]*' | cut -d = -f 2) || true
    # Of nothing, `date` would make midnight.
    [ -z "$told" ] || told=$(date -d "$told" +%s 2>/dev/null) || true
  fi
  echo "${told:-{{ "$((started + " ~ walltime_seconds ~ "))" if walltime_seconds }}}"
}

# Nodes of this job that no longer answer.
lost_nodes() {
  sinfo --noheader --nodes="$SLURM_JOB_NODELIST" --states=down,fail,no_respond --format=%n 2>/dev/null | xargs
}

# Whether a step of this job has run out of memory, on whatever node: Slurm knows of it a moment later, as exit code 125.
ran_out_of_memory() {
  for _ in 1 2; do
    if scontrol show job --oneliner "$SLURM_JOB_ID" 2>/dev/null | grep ' DerivedExitCode=[0-9]*:125 ' >/dev/null ||
      sacct --noheader --parsable2 --jobs="$SLURM_JOB_ID" --format=state 2>/dev/null | grep -x OUT_OF_MEMORY >/dev/null; then
      return 0
    fi
    sleep 1
  done
  return 1
}

# Whether Slurm is ending this job: cancelled, out of time, or queued again by Slurm itself for a node that is lost.
is_being_ended() {
  local state
  state=$(scontrol show job --oneliner "$SLURM_JOB_ID" 2>/dev/null | grep -o ' JobState=[A-Z_]*' | cut -d = -f 2) || true
  [ -n "$state" ] && [ "$state" != RUNNING ]
}
{% include "attempt.sh" %}
