# Answers with their reasons: dates over holidays, a sum, a refusal; for people and for programs.
$HOOL rule R46 2026-05-25
$HOOL rule R10 2026-03-30
$HOOL rule R10 2026-12-22
$HOOL rule R26 2026-03-01 minutes=90 code=2010
$HOOL rule R22 2027-02-05 birth=2011-02-05
$HOOL rule R41 2026-05-22T18:00
$HOOL --lang en rule R46 2026-05-25
$HOOL --lang ru rule R46 2026-05-25
$HOOL rule --json R46 2026-05-25
printf 'R46 2026-05-25\n\nR10 31.02.2026\nR999 2026-05-25\nR22 2027-02-05 birth=2011-02-05\n' | $HOOL rule --batch
