package io.tallyline.deadletter;

import io.tallyline.finance.Journal;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a retry would post.
 *
 * @param journal null if there is none: see {@code rejected}, or finance does not post this message
 * @param rejected why it would fail again
 * @param unknownAccounts of its lines, those that the ledger does not have: it would fail again
 * @param recorded the ledger has it already, so that nothing would be written
 * @param conflicts the ledger has the transaction with other content: it would fail again
 */
public record JournalPreview(
    @Nullable Journal journal,
    @Nullable String rejected,
    Set<String> unknownAccounts,
    boolean recorded,
    boolean conflicts) {}
