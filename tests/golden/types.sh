# The kinds of records, and the table one of them becomes.
$HOOL type list
$HOOL type sql task
$HOOL type diff types/task.yaml types/task.yaml
