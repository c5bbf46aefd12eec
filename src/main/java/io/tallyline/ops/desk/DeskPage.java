package io.tallyline.ops.desk;

/** A controller of pages for people, whose refusals are pages too. */
interface DeskPage {}
