package io.tallyline.mapping;

import io.tallyline.contracts.StartRefused;
import java.util.List;

/** Something that was made from mapping files and can follow their changes while it runs. */
public interface FollowsMappings {
  /**
   * Uses other files from now on, as far as they are right; what is in progress ends as it began.
   *
   * @return why something stays as it was
   */
  List<StartRefused> use(Mappings fresh);
}
