package dev.ashlar.processor.report;

import java.io.StringWriter;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** Writes a page; the JDK's writer escapes what has to be. */
final class Markup {
    private final StringWriter text = new StringWriter().append("<!DOCTYPE html>\n");
    private final XMLStreamWriter writer;

    Markup() throws XMLStreamException {
        // Not newFactory: a library on the processor path may not choose another writer.
        writer = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(text);
    }

    /** Begins an element. */
    Markup open(String name, String... attributes) throws XMLStreamException {
        writer.writeStartElement(name);
        attributes(attributes);
        return this;
    }

    /** Ends the innermost element. */
    Markup close() throws XMLStreamException {
        writer.writeEndElement();
        writer.writeCharacters("\n");
        return this;
    }

    /** An element with a text. */
    Markup element(String name, String content, String... attributes) throws XMLStreamException {
        writer.writeStartElement(name);
        attributes(attributes);
        writer.writeCharacters(content);
        writer.writeEndElement();
        return this;
    }

    /** An element without content. */
    Markup empty(String name, String... attributes) throws XMLStreamException {
        writer.writeEmptyElement(name);
        attributes(attributes);
        return this;
    }

    private void attributes(String... attributes) throws XMLStreamException {
        for (int i = 0; i < attributes.length; i += 2) {
            writer.writeAttribute(attributes[i], attributes[i + 1]);
        }
    }

    String text() throws XMLStreamException {
        writer.flush();
        return text.toString();
    }
}
