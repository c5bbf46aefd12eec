package io.tallyline.ops.desk;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.tallyline.deadletter.JournalPreview;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a retry would post.
 *
 * @param journal left out if there is none
 * @param rejected why it would fail again
 * @param unknownAccounts those that the ledger does not have: it would fail again
 * @param recorded the ledger has it already: nothing would be written
 * @param conflicts the ledger has the transaction with other content: it would fail again
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ShownPreview(
    @Nullable ShownJournal journal,
    @Nullable String rejected,
    Set<String> unknownAccounts,
    boolean recorded,
    boolean conflicts) {
  static ShownPreview of(JournalPreview preview) {
    return new ShownPreview(
        ShownJournal.of(preview.journal()),
        preview.rejected(),
        new TreeSet<>(preview.unknownAccounts()),
        preview.recorded(),
        preview.conflicts());
  }
}
