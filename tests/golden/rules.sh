# All rules: a new one, or one that is no longer confirmed, shows here.
$HOOL rule --list
$HOOL --lang en rule --list | head -n 5
$HOOL --lang ru rule --list | head -n 5
