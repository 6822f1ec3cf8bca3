"""Static completion scripts for the shells; study names are those known when the script is printed."""

from __future__ import annotations

from collections.abc import Sequence

_BASH = """\
# quincunx completion bash > ~/.local/share/bash-completion/completions/quincunx
_quincunx() {
    local word="${COMP_WORDS[COMP_CWORD]}" choices=""
    case "$COMP_CWORD:${COMP_WORDS[1]}:${COMP_WORDS[2]}" in
        1:*) choices="study completion --version --help" ;;
        2:study:*) choices="list run" ;;
        2:completion:*) choices="bash zsh fish" ;;
        3:study:run) choices="@NAMES@" ;;
        *:study:run)
            case "${COMP_WORDS[COMP_CWORD-1]}" in
                --json|--figure) COMPREPLY=($(compgen -f -- "$word")); return ;;
                --scale|--rng) return ;;
                *) choices="--scale --rng --json --figure" ;;
            esac ;;
    esac
    COMPREPLY=($(compgen -W "$choices" -- "$word"))
}
complete -F _quincunx quincunx"""

_ZSH = """\
#compdef quincunx
# quincunx completion zsh > "${fpath[1]}/_quincunx"
_quincunx() {
    case "$CURRENT:$words[2]:$words[3]" in
        2:*) compadd study completion --version --help ;;
        3:study:*) compadd list run ;;
        3:completion:*) compadd bash zsh fish ;;
        4:study:run) compadd @NAMES@ ;;
        *:study:run)
            case "$words[CURRENT-1]" in
                --json|--figure) _files ;;
                --scale|--rng) ;;
                *) compadd -- --scale --rng --json --figure ;;
            esac ;;
    esac
}
compdef _quincunx quincunx"""

_FISH = """\
# quincunx completion fish > ~/.config/fish/completions/quincunx.fish
complete -c quincunx -f
complete -c quincunx -n __fish_use_subcommand -a 'study completion'
complete -c quincunx -n '__fish_seen_subcommand_from study; and not __fish_seen_subcommand_from list run' -a 'list run'
complete -c quincunx -n '__fish_seen_subcommand_from completion' -a 'bash zsh fish'
complete -c quincunx -n '__fish_seen_subcommand_from run' -a '@NAMES@'
complete -c quincunx -n '__fish_seen_subcommand_from run' -l scale -x
complete -c quincunx -n '__fish_seen_subcommand_from run' -l rng -x
complete -c quincunx -n '__fish_seen_subcommand_from run' -l json -r -F
complete -c quincunx -n '__fish_seen_subcommand_from run' -l figure -r -F"""

SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}


def script(shell: str, names: Sequence[str]) -> str:
    """Return the completion script of a shell.

    Parameters
    ----------
    shell
        ``"bash"``, ``"zsh"`` or ``"fish"``.
    names
        Names of the studies.
    """
    return SCRIPTS[shell].replace("@NAMES@", " ".join(names))
