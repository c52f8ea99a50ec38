"""The `wufen` command: starts and watches the processes of one machine, and what operators do by hand."""
