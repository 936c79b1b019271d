"""`unroll completion`: what a shell needs to complete commands, options and addresses; click does the most of it."""

from pathlib import Path

import click
from click.shell_completion import BashComplete, get_completion_class

COMPLETE = "_UNROLL_COMPLETE"
SHELLS = ("bash", "zsh", "fish")
# bash takes a colon for the end of a word, so that `cell:rnn` is three words, and only the last one is replaced.
BASH = """\
%(complete_func)s() {
    local line=${COMP_LINE:0:COMP_POINT} current keep="" type value
    local -a words
    read -ra words <<< "$line"
    [[ $line == *[[:space:]] ]] && words+=("")
    current=${words[${#words[@]}-1]}
    [[ $COMP_WORDBREAKS == *:* && $current == *:* ]] && keep=${current%%:*}:
    COMPREPLY=()
    while IFS=, read -r type value; do
        case $type in
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
            plain) COMPREPLY+=("${value#"$keep"}") ;;
        esac
    done < <(COMP_WORDS="${words[*]}" COMP_CWORD=$((${#words[@]}-1)) %(complete_var)s=bash_complete "$1")
}
complete -o nosort -F %(complete_func)s %(prog_name)s
"""


class Bash(BashComplete):
    """click's completion for bash, which here keeps an address with a colon together."""

    source_template = BASH


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Print what completes commands and addresses when you press Tab.

    \b
    bash:  add this line to ~/.bashrc   eval "$(unroll completion bash)"
    zsh:   add this line to ~/.zshrc    eval "$(unroll completion zsh)"
    fish:  run once                     unroll completion fish > ~/.config/fish/completions/unroll.fish
    """
    kind = Bash if shell == "bash" else get_completion_class(shell)
    assert kind is not None
    click.echo(kind(click.get_current_context().find_root().command, {}, "unroll", COMPLETE).source(), nl=False)


def complete_address(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """List the addresses that begin with what was typed, from the exercises that one stands in; none without any."""
    from autograder.errors import UnrollError
    from autograder.student.addresses import beginning_with
    from autograder.student.exercises import find_home

    try:
        return beginning_with(find_home(context.params.get("course") or Path.cwd()), incomplete)
    except (UnrollError, OSError):
        return []
