/** MassTransit envelopes in and out, for modules that still run on .NET. */
@NullMarked
package io.tallyline.bridge;

import org.jspecify.annotations.NullMarked;
