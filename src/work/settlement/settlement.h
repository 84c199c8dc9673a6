/*
 * Settlement: from a month of service to money paid (duty B3.3, and D3.8 for children).
 *
 * The way of a month:
 *
 *	claim open	made from placements for each contract (claim.h, month.h); the lines may be
 *			made anew as long as it is open
 *	confirmed	the provider has written down who was there; the days that count are fixed
 *	compared	an invoice has come and was held against the report (invoice.h, compare.h);
 *			what differs is a `difference`, each resolved by somebody
 *	approved	by two humans: one marks it checked, another approves
 *	ordered		a payment order is made (payment.h)
 *	frozen		the order is in a file for the bank; nothing of the month changes any more.
 *			What turns out later becomes a difference line in the next report
 *
 * All of it can be done through the record API alone, which is how practice data are made, each
 * step by the user whose it is (or by the program, who.system):
 *
 *	record_create(claim {contract, month})	makes the report with its lines; month is a first
 *						day. Only the program may
 *	record_edit(claim_line {proposed})	what the provider says of the days ("TTH-…")
 *	record_move(claim, "confirm")		TO.2 of that provider, once the month is over
 *	record_move(claim, "bill")		only the program: attaches a sample e-invoice (UBL)
 *						to the claim, exactly as the report has it
 *	record_create(invoice {…})		only the program; then attachment_add() of the file
 *	record_edit(invoice {file})		and record_move(invoice, "compare"): reads the
 *						file, makes invoice_line and difference records,
 *						and moves the claim to compared
 *	record_move(difference, "accept")	or reject, correct; with an explanation
 *	record_move(claim, "prepare")		then by another human record_move(claim, "approve")
 *	record_move(payment_order, "export")	{file}: only the program; freezes
 *	record_move(payment_order, "pay")	{paid_on}
 */
#ifndef HOOL_WORK_SETTLEMENT_SETTLEMENT_H
#define HOOL_WORK_SETTLEMENT_SETTLEMENT_H

#include "web/site.h"

extern const struct work SETTLEMENT_WORK;

#endif
